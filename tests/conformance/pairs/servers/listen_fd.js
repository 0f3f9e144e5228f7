// listen({fd}) serves a socket that another program bound and handed down.
// why: Supervisors and socket activation hand over a bound descriptor; the server must serve it without binding again.
// rows: 4.listen.options.fd 4.listen.handle 4.address
'use strict';
const { spawnSync } = require('node:child_process');
const { log, net } = require('../../tracing');

function child(fd) {
  const server = net.createServer((socket) => {
    log('connection', socket.localAddress, socket.server === server);
    socket.end('from the child');
  });
  const returned = server.listen({ fd }, () => {
    log('child listening', server.address());
    const client = net.connect(server.address().port, '127.0.0.1');
    client.on('data', (data) => log('data', data));
    client.on('close', () => server.close(() => log('child closed', server.address())));
  });
  log('returned', returned === server, server.listening);
}

function main() {
  const server = net.createServer(() => log('never'));
  server.listen({ port: 0, host: '127.0.0.1' }, () => {
    log('bound', server.address());
    const stdio = ['ignore', 'inherit', 'inherit', server._handle.fd];
    log('child left', spawnSync(process.execPath, [__filename, 'child', '3'], { stdio }).status);
    log('still', server.listening, server.address());
    server.close(() => log('closed'));
  });
}

if (process.argv[2] === 'child') child(Number(process.argv[3]));
else main();
