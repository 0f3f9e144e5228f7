// An exception in the connection listener ends the program: no later listener, no other event.
// why: After a bug in one listener the next ones must not see the connection; the program ends instead.
// rows: 8.9 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('connection', socket.readyState);
  process.nextTick(() => log('never'));
  socket.on('close', () => log('never'));
  throw new Error('the listener failed');
});
server.on('connection', () => log('never'));
server.on('error', () => log('never'));
server.on('close', () => log('never'));
server.listen(0, '127.0.0.1', () => {
  log('listening', server.listening);
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('close', () => log('never'));
});
