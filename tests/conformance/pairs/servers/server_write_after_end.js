// A write after end() in the connection listener: its callback, then the error, then close.
// why: A late write is the program's bug: its callback learns first, then one error, then close.
// rows: 8.1 8.8 5.write 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('end', socket.end('my last words') === socket, socket.readyState);
  log('write', socket.write('too late', (error) => log('write callback', error)), socket.destroyed);
  process.nextTick(() => log('tick', socket.destroyed));
  socket.on('finish', () => log('finish'));
  socket.on('error', (error) => log('error', error, socket.destroyed));
  socket.on('close', (failed) => log('socket close', failed, socket.bytesWritten));
  server.close(() => log('server close'));
});
server.listen('s.sock', () => {
  const client = net.connect('s.sock');
  client.resume();
});
