// listen() and close() in one tick: only close, however it was bound.
// why: A start that is cancelled at once must not emit listening for a server that is closed already.
// rows: 4.event.listening 4.event.close 4.close
'use strict';
const { log, net, watch } = require('../../tracing');

const ways = [
  ['port', (server) => server.listen(0, () => log('callback'))],
  ['port and host', (server) => server.listen(0, '127.0.0.1', () => log('callback'))],
  ['path', (server) => server.listen('s.sock', () => log('callback'))],
];

function next() {
  if (ways.length === 0) return;
  const [label, way] = ways.shift();
  const server = net.createServer();
  watch(server, label, 'listening', 'error', 'close');
  way(server);
  log(`${label} listening`, server.listening);
  server.close((error) => {
    log(`${label} close callback`, error);
    setImmediate(() => {
      log(`${label} later`, server.listening);
      next();
    });
  });
  log(`${label} close returned`, server.listening);
}

next();
