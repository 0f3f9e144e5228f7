// The state of both directions when the socket is destroyed with an error before anything ended.
// why: readableAborted and errored tell an aborted transfer from a finished one.
// rows: 5.stream.errored 5.stream.closed 5.stream.readable 5.stream.writable 5.destroy
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    function show(stage) {
      log(stage, socket.readable, socket.readableEnded, socket.readableAborted, socket.readableDidRead);
      log(stage, socket.writable, socket.writableEnded, socket.writableFinished, socket.writableAborted);
      log(stage, socket.destroyed, socket.closed, socket.errored);
    }
    function onConnect() {
      socket.write('pending');
      log('destroy', socket.destroy(new Error('broken')) === socket);
      show('destroyed');
      log('again', socket.destroy(new Error('second')) === socket, socket.errored);
    }
    socket.on('connect', onConnect);
    socket.on('error', (error) => show('error'));
    socket.on('close', (hadError) => log('close', hadError));
    socket.on('close', (hadError) => show('close'));
    socket.on('close', (hadError) => server.close());
  }
  server.listen(0, '127.0.0.1', start);
}

main();
