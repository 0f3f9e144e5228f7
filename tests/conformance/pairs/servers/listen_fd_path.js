// listen({fd}) of a Unix socket: the path is its address.
// why: A child that inherits the descriptor is not told the path, yet clients still reach it there.
// rows: 4.listen.options.fd 4.listen.handle 1.1
'use strict';
const { spawnSync } = require('node:child_process');
const { log, net } = require('../../tracing');

function child(fd) {
  const server = net.createServer((socket) => {
    log('connection');
    socket.end('from the child');
  });
  server.listen({ fd }, () => {
    log('child listening', server.listening);
    const client = net.connect('s.sock');
    client.on('data', (data) => log('data', data));
    client.on('close', () => server.close(() => log('child closed')));
  });
}

function main() {
  const server = net.createServer(() => log('never'));
  server.listen('s.sock', () => {
    log('bound', server.address());
    const stdio = ['ignore', 'inherit', 'inherit', server._handle.fd];
    log('child left', spawnSync(process.execPath, [__filename, 'child', '3'], { stdio }).status);
    server.close(() => log('closed'));
  });
}

if (process.argv[2] === 'child') child(Number(process.argv[3]));
else main();
