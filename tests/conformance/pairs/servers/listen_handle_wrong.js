// Descriptors and handles that cannot be listened at.
// why: A descriptor that is no socket must be an error event, not a server that accepts nothing.
// rows: 4.listen.options.fd 4.listen.handle 4.event.error
'use strict';
const fs = require('node:fs');
const { attempt, log, net } = require('../../tracing');

attempt('fd text', () => net.createServer().listen({ fd: 'one' }));
attempt('fd negative', () => net.createServer().listen({ fd: -1 }));

const file = fs.openSync('plain', 'w');
const cases = [file, 9999];

function next() {
  if (cases.length === 0) return;
  const fd = cases.shift();
  const server = net.createServer();
  server.on('listening', () => log('never'));
  server.on('error', (error) => {
    log('error', error.code, error.syscall, error.address, error.message, server.listening);
    next();
  });
  log('returned', server.listen({ fd }) === server, server.listening);
}

next();
