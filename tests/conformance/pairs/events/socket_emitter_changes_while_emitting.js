// Listeners added or removed during an emit take part from the next one.
// why: emit() runs the listeners that were there when it began; changing the list while iterating would skip or repeat some.
// rows: 5.event.data
'use strict';
const { log, net } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => peer.write(data));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    function added(data) {
      log('added', data);
      socket.end();
    }
    function second(data) {
      log('second', data);
    }
    function first(data) {
      log('first', data, socket.listenerCount('data'));
      socket.removeListener('data', second);
      socket.on('data', added);
      socket.removeListener('data', first);
      log('now', socket.listenerCount('data'));
      socket.write('again');
    }
    socket.on('data', first);
    socket.on('data', second);
    socket.on('end', () => log('end'));
    socket.write('once');
  }
  server.listen(0, '127.0.0.1', start);
}

main();
