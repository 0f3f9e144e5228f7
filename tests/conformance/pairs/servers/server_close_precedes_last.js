// The server's close precedes the last socket's own close, however the socket ends.
// why: The count falls before the socket emits its own close, however the socket was ended.
// rows: 4.event.close 4.close 8.1
'use strict';
const { log, net } = require('../../tracing');

const ways = [
  ['end', (socket) => socket.end()],
  ['destroy', (socket) => socket.destroy()],
  ['destroy with error', (socket) => socket.destroy(new Error('enough'))],
  ['resetAndDestroy', (socket) => socket.resetAndDestroy()],
  ['destroySoon', (socket) => socket.destroySoon()],
];

function next() {
  if (ways.length === 0) return;
  const [label, way] = ways.shift();
  const server = net.createServer((socket) => {
    socket.resume();
    socket.on('error', (error) => log(`${label} socket error`, error));
    socket.on('close', (failed) => {
      log(`${label} socket close`, failed);
      setImmediate(next);
    });
    server.close();
    log(`${label} returned`, way(socket) === socket, socket.destroyed);
  });
  server.on('close', () => log(`${label} server close`));
  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1');
    client.on('error', () => {});
    client.resume();
  });
}

next();
