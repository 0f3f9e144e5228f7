// The half-open states: readOnly after our end(), writeOnly after the peer's.
// why: readOnly and writeOnly are named for what is left of our side; swapping them reverses every guard.
// rows: 5.readyState 5.option.allowHalfOpen 5.end
'use strict';
const { log, net } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    log('server open', peer.readyState, peer.allowHalfOpen);
    peer.end('bye');
    log('server ended', peer.readyState, peer.readable, peer.writable);
    peer.resume();
    peer.on('end', () => log('server end', peer.readyState, peer.destroyed));
    peer.on('close', (hadError) => log('server close', peer.readyState));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
    function onEnd() {
      log('client end', socket.readyState, socket.readable, socket.writable, socket.destroyed);
      function later() {
        log('client later', socket.readyState, socket.readable, socket.writable, socket.destroyed);
        socket.end('done');
        log('client ended', socket.readyState, socket.readable, socket.writable, socket.destroyed);
      }
      setTimeout(later, 20);
    }
    socket.on('end', onEnd);
    socket.on('data', (data) => log('client data', data));
    socket.on('close', (hadError) => log('client close', hadError, socket.readyState));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
