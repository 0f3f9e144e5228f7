// Odd arguments that listen() takes: null in each place, an empty path, fractions, a host that is a callback.
// why: JavaScript programs pass null and numbers as text; coercions that Node takes must bind and not throw.
// rows: 4.listen.overloads 4.listen.options.backlog 4.listen.options.path 4.listen.options.port
'use strict';
const { attempt, log, net } = require('../../tracing');

const ways = [
  ['null', (server) => server.listen(null)],
  ['port null', (server) => server.listen({ port: null })],
  ['null host', (server) => server.listen(0, null)],
  ['host null', (server) => server.listen({ port: 0, host: null })],
  ['empty host', (server) => server.listen(0, '')],
  ['negative backlog', (server) => server.listen({ port: 0, backlog: -1 })],
  ['backlog text', (server) => server.listen({ port: 0, backlog: 'many' })],
  ['backlog fraction', (server) => server.listen({ port: 0, backlog: 1.5 })],
  ['port exponent', (server) => server.listen('0e3')],
  ['port blanks', (server) => server.listen(' 0 ')],
  ['port plus', (server) => server.listen('+0')],
  ['port negative zero', (server) => server.listen('-0')],
  ['port false path', (server) => server.listen({ port: 0, path: 'x.sock' })],
  ['empty path', (server) => server.listen({ path: '' })],
  ['path and port null', (server) => server.listen({ port: null, path: 'x.sock' })],
];

function next() {
  if (ways.length === 0) return;
  const [label, way] = ways.shift();
  const server = net.createServer();
  server.on('error', (error) => {
    log(`${label} error`, error.code, error.syscall);
    next();
  });
  server.on('close', next);
  server.on('listening', () => {
    const address = server.address();
    if (address === null || typeof address === 'string') log(`${label} listening`, address);
    else log(`${label} listening`, address.address, address.family);
    server.close();
  });
  try {
    way(server);
  } catch (error) {
    log(`${label} threw`, error);
    setImmediate(next);
  }
}

next();
