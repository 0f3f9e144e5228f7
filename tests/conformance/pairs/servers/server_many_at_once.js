// Ten clients at once: accepted in their order, each with its ticks, close after the last.
// why: A burst is accepted in order and each connection's ticks run before the next one's event.
// rows: 4.event.connection 4.getConnections 4.event.close 8.8
'use strict';
const { log, net } = require('../../tracing');

const sockets = [];
const clients = [];
const answers = [];
const server = net.createServer((socket) => {
  const number = sockets.length;
  sockets.push(socket);
  log('connection', number, socket.remotePort === clients[number].localPort);
  process.nextTick(() => log('tick', number));
  if (sockets.length === clients.length) server.getConnections(answer);
});

function answer(error, open) {
  log('open', error, open);
  server.close(() => setImmediate(() => log('answers', answers.sort())));
  sockets.forEach((socket, number) => socket.end(`you are ${number}`));
}

server.listen(0, '127.0.0.1', () => {
  for (let number = 0; number < 10; number += 1) {
    const client = net.connect(server.address().port, '127.0.0.1');
    client.on('data', (data) => answers.push(data.toString('latin1')));
    clients.push(client);
  }
});
