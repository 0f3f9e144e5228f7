// Addresses of an IPv6 connection, and of an IPv4 one to a dual-stack server.
// why: Access logs and allow lists see the mapped form on a dual-stack server and the plain one on the client.
// rows: 5.address 5.localAddress 5.localFamily 5.remoteAddress 5.remoteFamily
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const served = [];
  function onConnection(peer) {
    served.push([peer.localAddress, peer.localFamily, peer.remoteAddress, peer.remoteFamily, peer.address().family]);
    peer.end();
    peer.resume();
    if (served.length === 2) {
      server.close(() => log('served', served));
    }
  }
  const server = net.createServer(onConnection);
  function second() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.on('connect', () => log('client', socket.localAddress, socket.localFamily, socket.remoteAddress, socket.remoteFamily));
    socket.resume();
    socket.on('end', (...values) => log('second end', ...values));
  }
  function first() {
    log('listening', server.address());
    const socket = net.connect(server.address().port, '::1');
    socket.on('connect', () => log('client', socket.localAddress, socket.localFamily, socket.remoteAddress, socket.remoteFamily));
    socket.resume();
    function onClose(hadError) {
      log('closed', hadError, socket.address(), socket.remoteAddress);
      second();
    }
    socket.on('close', onClose);
  }
  server.listen(0, '::', first);
}

main();
