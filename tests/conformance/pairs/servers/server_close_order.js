// Three sockets that are destroyed at once, and the server with them: who closes when.
// why: Connections count as closed at destroy(), so the server's close precedes the sockets' own, which come the last one first.
// rows: 4.event.close 8.8 4.getConnections
'use strict';
const { log, net } = require('../../tracing');

const sockets = [];
const server = net.createServer((socket) => {
  const number = sockets.length;
  sockets.push(socket);
  socket.on('close', () => {
    log('socket close', number);
    server.getConnections((error, count) => log('count', number, count));
    process.nextTick(() => log('tick', number));
  });
  if (sockets.length < 3) return;
  for (const each of sockets) each.destroy();
  server.close(() => log('close callback'));
  server.getConnections((error, count) => log('count at once', count));
  setImmediate(() => log('immediate'));
});
server.on('close', () => log('server close'));
server.listen(0, '127.0.0.1', () => {
  for (let number = 0; number < 3; number += 1) net.connect(server.address().port, '127.0.0.1').resume();
});
