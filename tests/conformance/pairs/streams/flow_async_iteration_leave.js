// Leaving the loop destroys the socket; destroying the socket raises inside the loop.
// why: Breaking out of the loop gives the socket up: it must be destroyed, or the peer waits for ever.
// rows: 5.stream.asyncIteration 5.destroy 5.event.close
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    peer.write('endless');
    peer.on('error', (error) => log('peer error'));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'left', 'end', 'error', 'close');
    async function readOne() {
      for await (const chunk of socket) {
        log('chunk', chunk, socket.destroyed);
        break;
      }
      log('left', socket.destroyed);
    }
    socket.on('connect', readOne);
    socket.on('close', second);
  }
  function second(hadError) {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'broken', 'end', 'error', 'close');
    async function readOn() {
      try {
        for await (const chunk of socket) {
          log('chunk', chunk);
          socket.destroy(new Error('enough'));
        }
      } catch (error) {
        log('raised', error);
      }
      server.close();
    }
    socket.on('connect', readOn);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
