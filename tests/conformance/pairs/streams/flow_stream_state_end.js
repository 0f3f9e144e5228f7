// The state of both directions as a socket ends.
// why: Helpers such as finished() read these flags at every stage; one wrong flag makes them wait or return early.
// rows: 5.stream.readable 5.stream.readableEnded 5.stream.writable 5.stream.writableEnded 5.stream.writableFinished 5.stream.closed 5.stream.errored 5.stream.finish
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('some'));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    function show(stage) {
      log(stage, socket.readable, socket.readableEnded, socket.readableAborted, socket.readableDidRead);
      log(stage, socket.writable, socket.writableEnded, socket.writableFinished, socket.writableAborted);
      log(stage, socket.destroyed, socket.closed, socket.errored);
    }
    show('new');
    socket.on('data', (data) => show('data'));
    socket.on('end', () => show('end'));
    socket.on('finish', () => show('finish'));
    socket.on('close', (hadError) => show('close'));
    socket.on('close', (hadError) => server.close());
  }
  server.listen(0, '127.0.0.1', start);
}

main();
