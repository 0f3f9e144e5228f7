// destroy() with unread input on TCP resets the connection: what the peer sees.
// why: The kernel answers a close over unread bytes with RST; the peer must see ECONNRESET and not a clean end.
// rows: 5.destroy 5.event.error 5.event.close
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    watch(peer, 'peer', 'end', 'error', 'close');
    peer.resume();
    peer.write('never read');
    peer.on('close', (hadError) => server.close());
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.pause();
    function destroy() {
      log('unread', socket.readableLength, socket.isPaused());
      socket.destroy();
    }
    setTimeout(destroy, 40);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
