// A path of exactly 107 bytes works, bytes counted and not characters.
// why: The kernel counts bytes: a limit in characters would cut or refuse names with accents.
// rows: 1.2 1.4
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

const paths = ['y'.repeat(107), 'é'.repeat(53)];

function next() {
  if (paths.length === 0) return;
  const path = paths.shift();
  const server = net.createServer((socket) => socket.end('ok'));
  server.on('error', (error) => log('error', error.code));
  server.on('close', () => {
    log('close', fs.readdirSync('.'));
    next();
  });
  server.listen(path, () => {
    log('listening', server.address() === path, fs.readdirSync('.').length);
    const client = net.connect(path);
    client.on('data', (data) => log('data', data));
    client.on('close', (failed) => {
      log('client close', failed);
      server.close();
    });
  });
}

next();
