// Megabytes both ways, through a pipe and against back-pressure: nothing is lost, and drain comes.
// why: A write is a message of many records; one that is lost or repeated at a full buffer destroys a file on its way.
// rows: l.write l.echo
'use strict';
const crypto = require('node:crypto');
const { log } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const block = Buffer.alloc(3_000_000, 'abcdefghijklmnopqrstuvwxyz');
const hash = (data) => crypto.createHash('sha256').update(data).digest('hex');
const server = tls.createServer(identity('server'), (c) => c.pipe(c));
listen(server, (port) => {
  const received = [];
  let drained = 0;
  const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' }, () => {
    log('write', socket.write(block), socket.writableLength, socket.writableNeedDrain);
    socket.write('the end', () => log('written', socket.bytesWritten));
    socket.once('drain', () => {
      drained += 1;
      log('drain', socket.writableLength);
      socket.end();
    });
  });
  socket.on('data', (data) => {
    received.push(data);
    if (received.length === 3) {
      socket.pause();
      setTimeout(() => socket.resume(), 50);
    }
  });
  socket.on('close', () => {
    const all = Buffer.concat(received);
    log('received', all.length, hash(all) === hash(Buffer.concat([block, Buffer.from('the end')])), drained);
    log('counts', socket.bytesRead, socket.bytesWritten);
    server.close();
  });
});
