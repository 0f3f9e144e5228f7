// What host does: none is dual stack, an address its own family, the empty string is none.
// why: The host decides the family, and whether the bind happens in the call or after a lookup; null and '' mean all addresses.
// rows: 4.listen.options.host 4.address
'use strict';
const { log, net } = require('../../tracing');

const hosts = [undefined, '', '0.0.0.0', '127.0.0.1', '::', '::1', '::ffff:127.0.0.1', '127.0.0.2', 'localhost'];

function next() {
  if (hosts.length === 0) return;
  const host = hosts.shift();
  const server = net.createServer();
  server.on('error', (error) => {
    log('error', host, error.code);
    next();
  });
  server.on('close', next);
  server.listen({ port: 0, host }, () => {
    const { address, family } = server.address();
    log('listening', host, address, family);
    server.close();
  });
  log('at once', host, server.listening);
}

next();
