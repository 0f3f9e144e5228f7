// A refused connection: error, then close(true), with only the ticks of the error between them.
// why: Retry code runs in close and relies on the error having come before it, with the socket destroyed already.
// rows: 5.event.error 5.event.close 8.1 5.event.connectionAttemptFailed 5.event.connectionAttempt
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer();
  function attack() {
    const socket = net.connect('nobody.sock');
    watch(socket, 'socket', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'end', 'close');
    log('sync', socket.connecting, socket.pending, socket.readyState);
    function onError(error) {
      log('error', error, error.errno, socket.connecting, socket.destroyed, socket.pending);
      process.nextTick(() => log('tick'));
    }
    socket.on('error', onError);
    socket.on('close', (hadError) => tcpPart());
  }
  function tcpPart() {
    const port = server.address().port;
    server.close();
    const socket = net.connect(port, '127.0.0.1');
    watch(socket, 'tcp', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'end', 'close');
    socket.on('error', (error) => log('error', error, error.errno, error.address));
  }
  server.listen(0, '127.0.0.1', attack);
}

main();
