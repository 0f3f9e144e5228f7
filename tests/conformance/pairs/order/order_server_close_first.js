// The server's close comes after the last connection's end and before that socket's own close.
// why: Shutdown code waits for the server's close; sockets emit their own close after it, so it must not expect the reverse.
// rows: 8.1 5.event.close 4.event.close
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close((...values) => log('close callback', ...values));
    watch(peer, 'peer', 'end', 'finish', 'close');
    peer.resume();
    log('listening', server.listening);
  }
  const server = net.createServer(onConnection);
  watch(server, 'server', 'close', 'error');
  function start() {
    const socket = net.connect('s.sock');
    setTimeout(() => socket.end(), 20);
  }
  server.listen('s.sock', start);
}

main();
