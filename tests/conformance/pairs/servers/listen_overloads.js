// Every overload of listen(): what it binds and that the callback is the last argument.
// why: The manual's overloads are all in use; the callback is the last argument whatever stands before it.
// rows: 4.listen.overloads 4.listen.options.port 4.listen.options.host 4.listen.options.backlog
'use strict';
const { log, net } = require('../../tracing');

const ways = [
  ['nothing', (server, done) => server.on('listening', done).listen()],
  ['callback', (server, done) => server.listen(done)],
  ['undefined', (server, done) => server.listen(undefined, done)],
  ['port', (server, done) => server.listen(0, done)],
  ['port host', (server, done) => server.listen(0, '127.0.0.1', done)],
  ['port host backlog', (server, done) => server.listen(0, '127.0.0.1', 5, done)],
  ['port backlog', (server, done) => server.listen(0, 5, done)],
  ['port nothing backlog', (server, done) => server.listen(0, undefined, 5, done)],
  ['text port', (server, done) => server.listen('0', done)],
  ['text port host', (server, done) => server.listen('0', '::1', done)],
  ['hexadecimal port', (server, done) => server.listen('0x0', done)],
  ['options port', (server, done) => server.listen({ port: 0 }, done)],
  ['options text port', (server, done) => server.listen({ port: '0', host: '127.0.0.1' }, done)],
  ['options port undefined', (server, done) => server.listen({ port: undefined }, done)],
  ['options port host', (server, done) => server.listen({ port: 0, host: '::1' }, done)],
  ['options all', (server, done) => server.listen({ port: 0, host: '::1', backlog: 9, exclusive: true, ipv6Only: true }, done)],
  ['options path', (server, done) => server.listen({ path: 's.sock', backlog: 2 }, done)],
  ['path', (server, done) => server.listen('s.sock', done)],
  ['path backlog', (server, done) => server.listen('s.sock', 2, done)],
  ['path like a number', (server, done) => server.listen('12monkeys', done)],
];

function next() {
  if (ways.length === 0) return;
  const [label, way] = ways.shift();
  const server = net.createServer();
  server.on('close', next);
  way(server, (...values) => {
    const address = server.address();
    if (typeof address === 'string') log(label, values, address);
    else log(label, values, address.address, address.family, address.port > 0);
    server.close();
  });
}

next();
