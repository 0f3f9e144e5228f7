// When the callback of a write comes: after the ticks and before the immediates, never in the call.
// why: Code that counts writes, or continues in their callbacks, must find the same order on TLS as in Node.
// rows: l.write
'use strict';
const { log } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const server = tls.createServer(identity('server'), (c) => c.resume());
listen(server, (port) => {
  const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' }, () => {
    log('small', socket.write('a', () => log('written a')), socket.writableLength, socket.bytesWritten);
    log('queued', socket.write('b', () => log('written b')), socket.writableLength, socket.bytesWritten);
    process.nextTick(() => log('tick', socket.writableLength));
    setImmediate(() => {
      log('immediate', socket.writableLength);
      setTimeout(big, 20);
    });
    log('returned');
  });
  function big() {
    log('big', socket.write(Buffer.alloc(65536), () => log('written big')), socket.writableNeedDrain);
    socket.on('drain', () => log('drain', socket.writableLength));
    log('after it', socket.write('x'));
    socket.cork();
    socket.write('1');
    socket.write('2', () => log('written 2'));
    socket.uncork();
    socket.end('last', () => log('end called back'));
    log('ended', socket.writableEnded, socket.writableFinished);
  }
  socket.on('finish', () => log('finish', socket.bytesWritten));
  socket.on('close', () => server.close());
});
