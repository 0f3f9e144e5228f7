// close() from the drop listener: the one inside is waited for.
// why: close() from the drop listener runs in the middle of accepting; the connection inside must still be waited for.
// rows: 4.event.drop 4.close 4.event.close
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('connection');
  socket.resume();
  socket.on('end', () => log('server end'));
  socket.on('close', () => log('server socket close'));
});
server.maxConnections = 1;
server.on('drop', (data) => {
  log('drop', data.remoteAddress);
  log('close', server.close(() => log('close callback')) === server, server.listening);
  server.getConnections((error, count) => log('count', error, count));
  setImmediate(() => one.end());
});
let one = null;
server.listen({ port: 0, host: '127.0.0.1' }, () => {
  const port = server.address().port;
  one = net.connect(port, '127.0.0.1', () => net.connect(port, '127.0.0.1').resume());
  one.resume();
});
