// setTimeout: its answer, the timeout property, the event, and that it closes nothing.
// why: timeout is a notice: a port that closed the socket would break programs that only send a ping.
// rows: 5.setTimeout 5.timeout 5.event.timeout
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    log('before', socket.timeout);
    log('set', socket.setTimeout(30, (...values) => log('callback', ...values)) === socket, socket.timeout);
    log('listeners', socket.listenerCount('timeout'));
    function onTimeout(...values) {
      log('timeout', ...values, socket.destroyed, socket.readyState, socket.timeout, socket.listenerCount('timeout'));
      log('off', socket.setTimeout(0) === socket, socket.timeout);
      setTimeout(finish, 60);
    }
    function finish() {
      log('still open', socket.readyState);
      socket.end();
      server.close();
    }
    socket.on('timeout', onTimeout);
    socket.on('close', (hadError) => log('close', hadError));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
