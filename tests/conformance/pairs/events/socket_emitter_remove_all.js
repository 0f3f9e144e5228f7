// removeAllListeners on a socket: what still works when the internal listeners are gone.
// why: Node ends the socket after the peer's end through the stream, not through the listener that a program can remove.
// rows: 5.event.end 5.option.allowHalfOpen
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.end('x');
    peer.on('end', () => log('peer end'));
    peer.resume();
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect('s.sock');
    log('before', socket.listenerCount('end'), socket.eventNames());
    log('remove', socket.removeAllListeners() === socket, socket.listenerCount('end'), socket.eventNames());
    watch(socket, 'socket', 'connect', 'data', 'end', 'finish', 'close');
  }
  server.listen('s.sock', start);
}

main();
