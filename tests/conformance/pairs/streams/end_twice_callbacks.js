// end() after end() and after finish: what their callbacks get.
// why: Shutdown paths overlap, so end() is called twice: each callback runs, after finish with an error that is no event.
// rows: 5.end 5.stream.writableFinished
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.resume();
  }
  const server = net.createServer({ allowHalfOpen: true }, onConnection);
  function start() {
    const socket = net.connect('s.sock');
    watch(socket, 'socket', 'finish', 'error', 'close');
    socket.end((...values) => log('first', ...values));
    socket.end((...values) => log('second', ...values));
    function later() {
      log('finished', socket.writableFinished, socket.destroyed);
      log('third', socket.end((...values) => log('third called', ...values)) === socket);
      log('returned');
      setTimeout(last, 20);
    }
    function last() {
      log('last', socket.destroyed, socket.errored);
      socket.destroy();
    }
    setTimeout(later, 30);
  }
  server.listen('s.sock', start);
}

main();
