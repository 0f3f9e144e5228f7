// destroy() while connecting: no connect, writes fail with ERR_SOCKET_CLOSED_BEFORE_CONNECTION.
// why: Writes queued for a connection that never came fail with a code of their own, so callers can resend them.
// rows: 5.destroy 8.5 8.1 5.connecting
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'connect', 'ready', 'error', 'end', 'finish', 'close');
    socket.write('one', (...values) => log('one written', ...values));
    socket.write('two', (...values) => log('two written', ...values));
    log('destroy', socket.destroy() === socket, socket.connecting, socket.pending, socket.readyState);
    socket.on('close', (hadError) => withError());
  }
  function withError() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'second', 'connect', 'ready', 'error', 'end', 'finish', 'close');
    socket.end('text', (...values) => log('ended', ...values));
    socket.destroy(new Error('changed my mind'));
    log('second', socket.connecting, socket.readyState, socket.errored);
    server.close();
  }
  server.listen(0, '127.0.0.1', start);
}

main();
