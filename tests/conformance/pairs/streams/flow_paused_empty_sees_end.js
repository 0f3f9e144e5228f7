// A paused socket with an empty buffer: when does it see the end?
// why: A socket paused by hand before it connected is not read at all, so its end stays unseen; an untouched one sees it.
// rows: 8.4 5.pause 5.event.end
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.pause();
    watch(socket, 'paused', 'connect', 'end', 'finish', 'close');
    function second() {
      const idle = net.connect(server.address().port, '127.0.0.1');
      watch(idle, 'idle', 'connect', 'end', 'finish', 'close');
      function later() {
        log('idle later', idle.readyState, idle.readableFlowing, idle.destroyed);
        idle.destroy();
        server.close();
      }
      setTimeout(later, 40);
    }
    function check() {
      log('paused later', socket.readyState, socket.destroyed, socket.readableEnded);
      socket.destroy();
      second();
    }
    setTimeout(check, 40);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
