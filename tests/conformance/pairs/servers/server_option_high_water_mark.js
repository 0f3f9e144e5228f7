// highWaterMark is that of both directions of every accepted socket.
// why: The mark decides when write() answers false, and servers set it once for all their sockets.
// rows: 4.option.highWaterMark 5.stream.readableHighWaterMark 5.stream.writableHighWaterMark
'use strict';
const { attempt, log, net } = require('../../tracing');

const marks = [undefined, 0, 1, 1000, 200000];

function next() {
  if (marks.length === 0) {
    attempt('negative', () => net.createServer({ highWaterMark: -1 }).listening);
    attempt('text', () => net.createServer({ highWaterMark: 'much' }).listening);
    return;
  }
  const mark = marks.shift();
  const server = net.createServer({ highWaterMark: mark }, (socket) => {
    log('marks', mark, socket.readableHighWaterMark, socket.writableHighWaterMark);
    socket.cork();
    log('write', socket.write('a'.repeat(1000)), socket.writableLength, socket.writableNeedDrain);
    log('write', socket.write('b'.repeat(65000)), socket.writableLength, socket.writableNeedDrain);
    socket.on('drain', () => {
      log('drain', socket.writableLength);
      socket.end();
    });
    const owed = socket.writableNeedDrain;
    socket.uncork();
    if (!owed) socket.end();
  });
  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1');
    client.resume();
    client.on('close', (failed) => {
      log('client close', failed, client.bytesRead);
      server.close(next);
    });
  });
}

next();
