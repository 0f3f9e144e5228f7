// Unix sockets and servers do not move to another thread.
// why: A program that moves its connections must learn at the call which of them it cannot move.
// rows: t.transfer.errors
'use strict';
const { MessageChannel } = require('node:worker_threads');
const { attempt, log, net } = require('../../tracing');

const { port1, port2 } = new MessageChannel();
const server = net.createServer((socket) => {
  attempt('accepted', () => port1.postMessage(1, [socket]));
  socket.destroy();
});
server.listen('./socket', () => {
  attempt('server', () => port1.postMessage(1, [server]));
  log('still', server.listening);
  const client = net.connect('./socket');
  client.on('connect', () => attempt('client', () => port1.postMessage(1, [client])));
  client.on('close', () => server.close());
});
