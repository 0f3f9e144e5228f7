// setTypeOfService and getTypeOfService at each stage, and what they refuse.
// why: Set before connecting the value is remembered, set afterwards it reaches the kernel; a wrong one throws.
// rows: 5.setTypeOfService 5.getTypeOfService
'use strict';
const { attempt, log, net } = require('../../tracing');

function main() {
  let served = null;
  function onConnection(peer) {
    served = peer.getTypeOfService();
    peer.end();
    peer.resume();
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = new net.Socket();
    log('new', socket.getTypeOfService());
    attempt('string', () => socket.setTypeOfService('x'));
    attempt('missing', () => socket.setTypeOfService());
    attempt('negative', () => socket.setTypeOfService(-1));
    attempt('large', () => socket.setTypeOfService(256));
    attempt('fraction', () => socket.setTypeOfService(1.5));
    log('set', socket.setTypeOfService(0x10) === socket, socket.getTypeOfService());
    socket.connect(server.address().port, '127.0.0.1');
    function onConnect() {
      log('connected', socket.getTypeOfService());
      log('set', socket.setTypeOfService(8) === socket, socket.getTypeOfService());
      log('zero', socket.setTypeOfService(0) === socket, socket.getTypeOfService());
    }
    socket.on('connect', onConnect);
    socket.resume();
    function onClose(hadError) {
      log('close', hadError, socket.getTypeOfService());
      attempt('after', () => socket.setTypeOfService(4) === socket);
      log('served', served);
      server.close();
    }
    socket.on('close', onClose);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
