// Closing twice while connections last: the second callback gets ERR_SERVER_NOT_RUNNING; close comes once.
// why: Two shutdown paths may race; each callback runs, the second with ERR_SERVER_NOT_RUNNING, and close comes once.
// rows: 4.close 4.event.close
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('first', server.close((error) => log('first callback', error)) === server);
  log('second', server.close((error) => log('second callback', error)) === server);
  socket.resume();
  socket.on('end', () => log('server end'));
  socket.on('close', () => log('server socket close'));
});
server.on('close', () => log('close', server.listenerCount('close')));
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => client.end('x'));
});
