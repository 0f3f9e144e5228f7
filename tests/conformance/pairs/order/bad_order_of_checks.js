// Calls that throw emit nothing; but listeners given to them were added all the same.
// why: A throwing call has still added its listener in Node; a port that rolled back would call fewer listeners later.
// rows: 8.7 8.8 6.factory 4.listen.overloads
'use strict';
const { attempt, log, net, watch } = require('../../tracing');

const server = net.createServer();
watch(server, 'server', 'listening', 'connection', 'error', 'close', 'drop');
const socket = new net.Socket();
watch(socket, 'socket', 'lookup', 'connectionAttempt', 'connect', 'ready', 'error', 'end', 'close', 'timeout');
attempt('listen', () => server.listen(-5, () => log('listening of the bad call')));
attempt('connect', () => socket.connect({ port: -5 }, () => log('connect of the bad call')));
attempt('timeout', () => socket.setTimeout(-5, () => log('never')));
attempt('write', () => socket.write(5, () => log('never')));
log('listeners', server.listenerCount('listening'), socket.listenerCount('connect'), socket.listenerCount('timeout'));
server.listen(0, '127.0.0.1', () => {
  log('bound');
  socket.resume();
  const returned = socket.connect({ port: server.address().port, host: '127.0.0.1' }, () => {
    log('connected', socket.remoteFamily);
    socket.end();
  });
  log('returned', returned === socket, socket.connecting);
});
server.once('connection', (accepted) => {
  accepted.resume();
  server.close();
});
