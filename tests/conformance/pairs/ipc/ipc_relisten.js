// Closed and listening again at the same path in one breath: the file is the new one's.
// why: The closing server must not unlink the file that its successor has just made.
// rows: 1.4 4.close 4.event.listening
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => socket.end('second life'));
server.on('close', () => log('close', server.listening));
server.listen('s.sock', () => {
  log('listening', fs.existsSync('s.sock'));
  server.close(() => log('close callback', fs.existsSync('s.sock')));
  log('closed', fs.existsSync('s.sock'));
  server.listen({ path: 's.sock' }, () => {
    log('listening again', server.address(), fs.existsSync('s.sock'));
    const client = net.connect('s.sock');
    client.on('data', (data) => log('data', data));
    client.on('close', () => server.close());
  });
});
