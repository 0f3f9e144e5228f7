// A socket connects again after close: counts and states start anew.
// why: Reconnecting clients reuse one socket; a counter or state that is left over makes the second connection look half closed.
// rows: 5.connect 6.reconnect 5.destroyed 5.bytesRead 5.readyState
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('hi'));
  function start() {
    const socket = new net.Socket();
    let rounds = 0;
    watch(socket, 'socket', 'connect', 'ready', 'data', 'end', 'finish', 'error');
    function onClose(hadError) {
      rounds += 1;
      log('close', rounds, hadError, socket.bytesRead, socket.destroyed, socket.readyState);
      if (rounds < 3) {
        log('connect', socket.connect(server.address().port, '127.0.0.1') === socket);
        log('state', socket.destroyed, socket.connecting, socket.readyState, socket.bytesRead, socket.writable, socket.readable);
      } else {
        server.close();
      }
    }
    socket.on('close', onClose);
    socket.connect(server.address().port, '127.0.0.1');
  }
  server.listen(0, '127.0.0.1', start);
}

main();
