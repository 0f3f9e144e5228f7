// While data is unread, end and close wait, however long the peer is gone.
// why: A paused reader keeps what it has not read: the end may not overtake it, however long that lasts.
// rows: 8.4 8.2 5.pause 5.resume 5.stream.isPaused
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('unread'));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.pause();
    watch(socket, 'socket', 'connect', 'data', 'end', 'finish', 'close', 'pause', 'resume');
    function later() {
      log('still there', socket.readableLength, socket.readyState, socket.isPaused(), socket.readableFlowing);
      server.close(() => log('server closed'));
      log('resume', socket.resume() === socket, socket.isPaused(), socket.readableFlowing);
    }
    setTimeout(later, 60);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
