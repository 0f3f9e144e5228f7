// A socket that is destroyed in the connection listener: its callbacks come later, with the error.
// why: Rejecting a client in the listener is common; callbacks of its writes must still come, with the error.
// rows: 8.1 8.5 8.8 4.event.connection 5.destroy
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  socket.on('error', (error) => log('socket error', error));
  socket.on('end', () => log('never'));
  socket.on('close', (failed) => log('socket close', failed, socket.remoteAddress));
  log('destroy', socket.destroy(new Error('not today')) === socket, socket.destroyed, socket.readyState);
  log('write', socket.write('late', (error) => log('write callback', error)));
  log('again', socket.destroy(new Error('second')) === socket);
  socket.end((error) => log('end callback', error));
  server.close(() => log('server close'));
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.resume();
});
