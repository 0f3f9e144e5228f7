// pauseOnConnect with readable events, with pipe, and over a Unix socket.
// why: Reading may begin by a readable listener, by pipe() or by resume(); only what Node counts as a start may start it.
// rows: 4.option.pauseOnConnect 8.3 5.stream.read 5.stream.pipe
'use strict';
const { log, net } = require('../../tracing');

function withRead(socket) {
  socket.on('readable', () => {
    let data = socket.read();
    while (data !== null) {
      log('read', data);
      data = socket.read();
    }
  });
  socket.on('end', () => {
    log('end');
    socket.end('a');
  });
  log('readable listener', socket.isPaused(), socket.readableFlowing);
}

function withPipe(socket) {
  log('pipe', socket.pipe(socket) === socket, socket.isPaused(), socket.readableFlowing);
}

function withResume(socket) {
  socket.on('data', (data) => log('data', data));
  socket.on('end', () => {
    log('end');
    socket.end('c');
  });
  setImmediate(() => {
    log('before resume', socket.bytesRead);
    socket.resume();
  });
}

const ways = [withRead, withPipe, withResume];

function next() {
  if (ways.length === 0) return;
  const way = ways.shift();
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, way);
  server.listen('s.sock', () => {
    const client = net.connect('s.sock', () => client.end('question'));
    const lines = [];
    client.on('data', (data) => lines.push(['client data', data]));
    client.on('end', () => lines.push(['client end']));
    client.on('close', (failed) => {
      for (const line of lines) log(...line);
      log('client close', failed);
      server.close(next);
    });
  });
}

next();
