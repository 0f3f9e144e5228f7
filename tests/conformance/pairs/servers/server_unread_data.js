// With unread data neither end nor close comes, and the server's close waits too.
// why: Data that was never read keeps its connection, and with it the server's close: shutdown hangs until it is read.
// rows: 8.4 8.2 4.close
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  socket.pause();
  server.close();
  socket.on('data', (data) => log('server data', data));
  socket.on('end', () => log('server end'));
  socket.on('close', (failed) => log('server socket close', failed));
  setTimeout(() => {
    log('after a while', socket.readableEnded, socket.destroyed, socket.readyState);
    socket.resume();
  }, 40);
});
server.on('close', () => log('server close'));
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => client.end('unread'));
});
