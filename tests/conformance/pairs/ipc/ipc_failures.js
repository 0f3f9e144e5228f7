// Paths that cannot be served or reached: which code each gives, at which end.
// why: Deployment errors (missing directory, path taken by a file) are told apart by code at both ends.
// rows: 1.1 4.event.error 8.1
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

fs.writeFileSync('plain', 'text');
fs.mkdirSync('directory');
const paths = ['missing/s.sock', 'plain', 'plain/s.sock', 'directory'];

function connectTo(path, done) {
  const client = net.connect(path);
  client.on('error', (error) => log('connect error', error, client.destroyed, client.connecting));
  client.on('close', (failed) => {
    log('connect close', failed);
    done();
  });
}

function next() {
  if (paths.length === 0) {
    log('plain', fs.readFileSync('plain', 'latin1'));
    return;
  }
  const path = paths.shift();
  const server = net.createServer();
  server.on('listening', () => log('listening', server.address()));
  server.on('error', (error) => {
    log('listen error', error, server.listening);
    connectTo(path, next);
  });
  server.listen(path);
}

next();
