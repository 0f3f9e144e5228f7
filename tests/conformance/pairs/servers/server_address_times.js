// address() before, while and after, for each way to bind.
// why: Programs log address() right after listen(): with a port alone it is bound by then, with a host only at listening.
// rows: 4.address 4.listening
'use strict';
const { log, net } = require('../../tracing');

const ways = [
  ['port', (server, done) => server.listen(0, done)],
  ['port and IPv4', (server, done) => server.listen(0, '127.0.0.1', done)],
  ['port and IPv6', (server, done) => server.listen(0, '::1', done)],
  ['options', (server, done) => server.listen({ port: 0, host: '0.0.0.0' }, done)],
];

function next() {
  if (ways.length === 0) return;
  const [label, way] = ways.shift();
  const server = net.createServer();
  log(`${label} before`, server.address(), server.listening);
  way(server, () => {
    const address = server.address();
    log(`${label} listening`, address, Object.keys(address).length);
    server.close(() => {
      log(`${label} closed`, server.address());
      next();
    });
    log(`${label} closing`, server.address());
  });
  log(`${label} at once`, server.address() === null, server.listening);
}

next();
