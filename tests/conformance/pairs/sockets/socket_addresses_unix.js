// A Unix socket has no addresses, at any stage.
// why: Code that logs remoteAddress must meet undefined on a Unix socket, at every stage, and no exception.
// rows: 5.address 5.localAddress 5.remoteAddress 1.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  let served = null;
  function onConnection(peer) {
    server.close();
    served = [peer.address(), peer.localAddress, peer.localPort, peer.remoteAddress, peer.remotePort, peer.remoteFamily];
    peer.end('x');
    peer.resume();
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect('s.sock');
    log('connecting', socket.connecting, socket.pending, socket.remoteAddress);
    function onConnect() {
      log('client', socket.address(), socket.localAddress, socket.localPort, socket.localFamily);
      log('client', socket.remoteAddress, socket.remotePort, socket.remoteFamily, socket.readyState);
    }
    socket.on('connect', onConnect);
    watch(socket, 'socket', 'lookup', 'connectionAttempt', 'connect', 'ready', 'data', 'end', 'close');
    socket.on('close', (hadError) => log('served', served));
  }
  server.listen('s.sock', start);
}

main();
