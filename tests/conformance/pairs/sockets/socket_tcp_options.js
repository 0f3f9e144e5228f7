// setNoDelay and setKeepAlive before, while and after a connection: what they return, and what they take.
// why: The setters chain and take effect in any state; called before connecting they are remembered.
// rows: 5.setNoDelay 5.setKeepAlive
'use strict';
const { log, net } = require('../../tracing');

function main() {
  let served = null;
  function onConnection(peer) {
    served = [peer.setNoDelay() === peer, peer.setKeepAlive(true, 1500) === peer];
    peer.end();
    peer.resume();
  }
  const server = net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 3000 }, onConnection);
  function start() {
    const socket = new net.Socket();
    log('new', socket.setNoDelay() === socket, socket.setKeepAlive() === socket);
    log('more', socket.setNoDelay(false) === socket, socket.setKeepAlive(true, 1000) === socket);
    socket.connect(server.address().port, '127.0.0.1');
    log('connecting', socket.setNoDelay(true) === socket, socket.setKeepAlive(true, 0) === socket);
    function onConnect() {
      log('on', socket.setNoDelay(true) === socket, socket.setKeepAlive(true, 2500) === socket);
      log('off', socket.setNoDelay(false) === socket, socket.setKeepAlive(false) === socket);
      log('odd', socket.setNoDelay(0) === socket, socket.setKeepAlive(1, 700) === socket);
    }
    socket.on('connect', onConnect);
    socket.resume();
    function onClose(hadError) {
      log('close', hadError, socket.setNoDelay() === socket, socket.setKeepAlive(true) === socket);
      log('served', served);
      server.close();
    }
    socket.on('close', onClose);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
