// destroySoon() with nothing to write, after end, while connecting, and twice.
// why: Called while connecting or twice it must still flush what is queued and close exactly once.
// rows: 5.destroySoon 5.destroyed
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'idle', 'finish', 'end', 'error', 'close');
    function onConnect() {
      log('idle', socket.destroySoon(), socket.destroyed);
      log('twice', socket.destroySoon(), socket.destroyed);
    }
    socket.on('connect', onConnect);
    socket.on('close', (hadError) => connecting());
  }
  function connecting() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'connecting', 'connect', 'finish', 'end', 'error', 'close');
    socket.write('x', (...values) => log('written', ...values));
    log('connecting', socket.destroySoon(), socket.destroyed, socket.connecting);
    socket.on('close', (hadError) => unborn());
  }
  function unborn() {
    const socket = new net.Socket();
    watch(socket, 'unborn', 'finish', 'end', 'error', 'close');
    log('unborn', socket.destroySoon(), socket.destroyed, socket.readyState);
    server.close();
  }
  server.listen(0, '127.0.0.1', start);
}

main();
