// A reset while reading: data that came first, then ECONNRESET and close(true), with no end.
// why: A reset is no end: a reader that took it for one would accept a truncated message as whole.
// rows: 5.event.error 5.event.close 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => peer.resetAndDestroy());
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    function onError(error) {
      log('error', error, error.errno, socket.destroyed, socket.closed, socket.errored === error);
    }
    socket.on('error', onError);
    watch(socket, 'socket', 'ready', 'data', 'end', 'finish', 'close');
    socket.on('close', (hadError) => log('after', socket.readyState, socket.writable, socket.readable));
    socket.write('please');
  }
  server.listen(0, '127.0.0.1', start);
}

main();
