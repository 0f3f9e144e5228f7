// Aborting the signal of a connected socket destroys it with an AbortError.
// why: Abort must destroy the socket with ABORT_ERR and fail its writes, so a cancelled task holds no connection.
// rows: 5.option.signal 5.event.error 5.event.close 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.resume();
  }
  const server = net.createServer(onConnection);
  const controller = new AbortController();
  function start() {
    const socket = new net.Socket({ signal: controller.signal });
    watch(socket, 'socket', 'connect', 'ready', 'end', 'finish', 'close');
    function onError(error) {
      log('error', error, error.name, socket.destroyed, socket.closed, socket.errored === error);
    }
    socket.on('error', onError);
    function onConnect() {
      log('pending write', socket.write('x', (...values) => log('written', ...values)));
      controller.abort();
      log('aborted', socket.destroyed, controller.signal.aborted);
      log('write', socket.write('y', (...values) => log('late write', ...values)));
    }
    socket.connect(server.address().port, '127.0.0.1', onConnect);
  }
  server.listen('s.sock');
  server.close(() => server.listen(0, '127.0.0.1', start));
}

main();
