// close() with megabytes still to be written: all of them arrive before it is closed.
// why: A graceful stop must not cut answers: close() waits until the queue of each connection is written.
// rows: 4.close 8.5 4.event.close 5.end
'use strict';
const { log, net } = require('../../tracing');

const size = 8000000;
const lines = [];
const server = net.createServer((socket) => {
  const kept = socket.write(Buffer.alloc(size), (error) => log('write callback', error));
  log('write', kept, socket.writableLength > 0, socket.writableNeedDrain);
  socket.end('.', () => log('end callback', socket.writableLength, socket.bytesWritten));
  server.close(() => log('server close'));
  socket.on('drain', () => log('never'));
  socket.on('finish', () => log('finish'));
  socket.on('close', (failed) => log('server socket close', failed));
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.pause();
  setTimeout(() => client.resume(), 20);
  client.on('data', () => {});
  client.on('end', () => lines.push(['client end', client.bytesRead === size + 1]));
  client.on('close', (failed) => lines.push(['client close', failed]));
});
process.on('exit', () => {
  for (const line of lines) log(...line);
});
