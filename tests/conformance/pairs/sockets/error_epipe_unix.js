// Writing to a Unix socket whose peer has closed, unnoticed because we do not read: EPIPE to callback and event.
// why: Without reading the peer's close goes unnoticed, so the first write finds out: each callback gets EPIPE, the event comes once.
// rows: 5.event.error 5.write 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    function onReady() {
      peer.destroy();
    }
    setTimeout(onReady, 10);
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect('s.sock');
    socket.pause();
    watch(socket, 'socket', 'end', 'finish', 'error', 'close');
    function later() {
      log('state', socket.readyState, socket.writable);
      log('write', socket.write('into the void', (...values) => log('written', ...values)));
      log('second', socket.write('more', (...values) => log('second written', ...values)));
      log('returned', socket.destroyed);
    }
    setTimeout(later, 60);
  }
  server.listen('s.sock', start);
}

main();
