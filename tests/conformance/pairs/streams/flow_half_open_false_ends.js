// With allowHalfOpen false the peer's end ends ours too, after the end listeners and their ticks.
// why: Our end follows the peer's by itself, after the end listeners and not before them.
// rows: 5.option.allowHalfOpen 5.write 5.event.end
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.resume();
    peer.end('bye');
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'data', 'finish', 'error', 'close');
    function onEnd() {
      log('end', socket.readyState, socket.writable, socket.writableEnded, socket.destroyed);
      function check() {
        log('tick', socket.readyState, socket.writable, socket.writableEnded, socket.destroyed);
      }
      process.nextTick(check);
    }
    socket.on('end', onEnd);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
