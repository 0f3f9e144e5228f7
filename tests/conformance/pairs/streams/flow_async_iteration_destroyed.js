// A socket destroyed without an error ends the loop with a premature close.
// why: A loop that just ended at destroy() would take half a message for a whole one.
// rows: 5.stream.asyncIteration 5.destroy
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.write('first'));
  function start() {
    const socket = net.connect('s.sock');
    watch(socket, 'socket', 'end', 'error', 'close');
    async function readOn() {
      try {
        for await (const chunk of socket) {
          log('chunk', chunk);
          setTimeout(() => socket.destroy(), 10);
        }
      } catch (error) {
        log('raised', error);
      }
      server.close();
    }
    socket.on('connect', readOn);
  }
  server.listen('s.sock', start);
}

main();
