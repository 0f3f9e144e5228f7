// A client that is destroyed in its connect callback, and one that is before it connects.
// why: A client that leaves at once still counts and must be let go again, or maxConnections fills up with ghosts.
// rows: 4.event.connection 4.event.close 8.1 5.destroy
'use strict';
const { log, net } = require('../../tracing');

let count = 0;
const server = net.createServer((socket) => {
  count += 1;
  log('connection', count, socket.remoteFamily);
  socket.resume();
  socket.on('end', () => log('server end'));
  socket.on('error', (error) => log('server error', error.code));
  socket.on('close', (failed) => {
    log('server socket close', failed);
    server.close(() => log('server close', count));
  });
});
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const early = net.connect(port, '127.0.0.1', () => log('never'));
  log('early', early.destroy() === early, early.destroyed, early.connecting);
  early.on('close', (...values) => {
    log('early close', ...values);
    const late = net.connect(port, '127.0.0.1', () => {
      late.destroy();
    });
  });
});
