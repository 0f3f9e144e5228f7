// An address that is not ours is EADDRNOTAVAIL; a bad one among several errors leaves the server usable.
// why: A wrong address in the configuration is EADDRNOTAVAIL with that address; a retry on the same object must work.
// rows: 4.event.error 4.listen.options.host
'use strict';
const { log, net } = require('../../tracing');

const hosts = ['192.0.2.1', '2001:db8::1', '127.0.0.1'];
const server = net.createServer();
server.on('error', (error) => {
  log('error', error.code, error.syscall, error.address, error.port, error.message);
  log('state', server.listening, server.address());
  server.listen(0, hosts.shift());
});
server.on('listening', () => {
  log('listening', server.address());
  server.close();
});
server.on('close', () => log('close'));
server.listen(0, hosts.shift());
