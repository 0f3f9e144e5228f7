// A Unix socket can't be reset: resetAndDestroy throws, on both sides, and harms nothing.
// why: There is no RST on Unix sockets; closing instead, silently, would hide that the peer sees a clean end.
// rows: 1.1 5.resetAndDestroy
'use strict';
const { attempt, log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  attempt('server reset', () => socket.resetAndDestroy());
  log('server state', socket.destroyed, socket.readyState);
  socket.on('data', (data) => {
    log('server data', data);
    socket.end('well');
  });
});
server.listen('s.sock', () => {
  const client = net.connect('s.sock');
  client.on('connect', () => {
    client.write('how are you');
  });
  client.on('data', (data) => {
    attempt('client reset', () => client.resetAndDestroy());
    log('client data', data);
  });
  client.on('close', (failed) => server.close(() => log('closed', failed)));
});
