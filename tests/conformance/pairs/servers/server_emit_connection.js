// A program may emit connection itself: the listeners run, the count stays.
// why: Proxies and tests inject sockets by emitting connection; such sockets are not counted and the server does not own them.
// rows: 4.event.connection 4.getConnections 4.close
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('connection', socket.server === undefined || socket.server === null, socket.readyState, socket.pending);
  socket.on('close', (...values) => log('socket close', ...values));
});
log('emit', server.emit('connection', new net.Socket()));
server.getConnections((error, count) => log('count', error, count));
server.listen('s.sock', () => {
  const socket = new net.Socket();
  log('emit', server.emit('connection', socket), server.emit('drop'));
  socket.destroy();
  server.close(() => log('closed'));
});
