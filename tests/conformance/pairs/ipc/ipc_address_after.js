// address() of a Unix server: set once listen returned.
// why: A Unix server keeps its path as address() after close, where a TCP server answers null; log lines at exit read it.
// rows: 4.address 1.1
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
log('before', server.address());
server.listen('s.sock', () => {
  log('listening', server.address());
  server.close(() => {
    log('closed', server.address());
    server.listen(0, '127.0.0.1', () => {
      log('tcp', server.address());
      server.close(() => log('closed again', server.address()));
    });
  });
  log('closing', server.address());
});
log('returned', server.address());
