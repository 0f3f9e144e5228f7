// The same over a Unix socket, where all of them are accepted in one batch, some dropped.
// why: Unix clients connect at once, so all are accepted in one batch: the limit must hold within it.
// rows: 4.event.connection 4.event.drop 8.8 8.10
'use strict';
const { log, net } = require('../../tracing');

const clients = [];
let count = 0;
let dropped = 0;
const server = net.createServer((socket) => {
  const number = count;
  count += 1;
  log('connection', number);
  process.nextTick(() => log('tick', number));
  socket.resume();
});
server.on('drop', (data) => {
  dropped += 1;
  log('drop', data);
  process.nextTick(() => log('tick after drop'));
  if (dropped < 2) return;
  for (const client of clients) client.end();
  server.close(() => log('closed', count, dropped));
});
server.maxConnections = 3;
server.listen('s.sock', () => {
  for (let number = 0; number < 5; number += 1) {
    const client = net.connect('s.sock');
    client.resume();
    clients.push(client);
  }
});
