// Five megabytes through an echo server by pipe, with a slow high-water mark: nothing is lost.
// why: Backpressure in both directions at once: an error in it loses bytes or dead-locks, and only large data shows it.
// rows: 5.stream.pipe 4.option.highWaterMark 8.6 4.option.allowHalfOpen
'use strict';
const { createHash } = require('node:crypto');
const { log, net } = require('../../tracing');

const text = 'conformance '.repeat(5000);
const sent = createHash('sha256');
const received = createHash('sha256');
const server = net.createServer({ allowHalfOpen: true, highWaterMark: 1000 }, (socket) => {
  socket.pipe(socket);
  socket.on('end', () => log('server end', socket.bytesRead));
  socket.on('close', (failed) => {
    log('server socket close', failed, socket.bytesRead, socket.bytesWritten);
  });
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
  let left = 84;
  const more = () => {
    let room = true;
    while (left > 0 && room) {
      left -= 1;
      sent.update(text);
      room = client.write(text);
    }
    if (left > 0) client.once('drain', more);
    else if (!client.writableEnded) client.end();
  };
  client.on('connect', more);
  client.on('data', (data) => received.update(data));
  client.on('close', (failed) => server.close(() => setImmediate(() => {
    log('client close', failed, client.bytesRead, client.bytesWritten);
    log('the same', sent.digest('hex') === received.digest('hex'));
  })));
});
