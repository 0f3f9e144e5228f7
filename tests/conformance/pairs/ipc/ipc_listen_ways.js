// Every way to listen at a path; port beats path, and a numeric string is a port.
// why: A numeric string is a port, not a path: '0' must not create a socket file of that name.
// rows: 1.1 4.listen.options.path 4.listen.overloads 4.listen.options.backlog 4.address
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

const ways = [
  ['path', (server, done) => server.listen('a.sock', done)],
  ['path backlog', (server, done) => server.listen('a.sock', 5, done)],
  ['options path', (server, done) => server.listen({ path: 'a.sock' }, done)],
  ['options backlog', (server, done) => server.listen({ path: 'a.sock', backlog: 1 }, done)],
  ['options exclusive', (server, done) => server.listen({ path: 'a.sock', exclusive: true }, done)],
  ['port beats path', (server, done) => server.listen({ path: 'a.sock', port: 0, host: '127.0.0.1' }, done)],
  ['numeric string', (server, done) => server.listen('0', done)],
];

function next() {
  if (ways.length === 0) return;
  const [label, way] = ways.shift();
  const server = net.createServer();
  server.on('close', () => {
    log(`${label} close`, server.listening, fs.existsSync('a.sock'));
    next();
  });
  const returned = way(server, () => {
    const address = server.address();
    log(`${label} listening`, typeof address === 'string' ? address : address.family, fs.existsSync('a.sock'));
    server.close();
  });
  log(`${label} returned`, returned === server, server.listening);
}

next();
