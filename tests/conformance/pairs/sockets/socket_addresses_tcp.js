// Addresses of both ends before, during and after a TCP connection.
// why: After destroy() the local address is gone, but the remote one stays readable, for the log line about who left.
// rows: 5.address 5.localAddress 5.localPort 5.localFamily 5.remoteAddress 5.remotePort 5.remoteFamily
'use strict';
const { log, net } = require('../../tracing');

function main() {
  function show(label, socket) {
    log(label + ' local', socket.localAddress, socket.localPort, socket.localFamily, socket.address());
    log(label + ' remote', socket.remoteAddress, socket.remotePort, socket.remoteFamily);
  }
  function onConnection(peer) {
    peer.resume();
    function onEnd() {
      show('server end', peer);
      peer.destroy();
      show('server destroyed', peer);
    }
    peer.on('end', onEnd);
  }
  const server = net.createServer({ allowHalfOpen: true }, onConnection);
  function start() {
    log('server address', server.address());
    const socket = new net.Socket();
    show('new', socket);
    socket.connect(server.address().port, '127.0.0.1');
    log('connecting remote', socket.remoteAddress, socket.remotePort, socket.remoteFamily);
    function onConnect() {
      log('remote was', socket.remotePort === server.address().port);
      show('connected', socket);
      socket.end();
      show('ended', socket);
    }
    function onClose(hadError) {
      show('closed', socket);
      server.close();
    }
    socket.on('connect', onConnect);
    socket.on('close', onClose);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
