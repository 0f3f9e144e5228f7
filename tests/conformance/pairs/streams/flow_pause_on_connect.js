// Under pauseOnConnect nothing is read from the handle until resume().
// why: A server that hands connections on must not read a byte of them, not even to find the end.
// rows: 8.3 4.option.pauseOnConnect 5.resume
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    log('connection', peer.isPaused(), peer.readableFlowing, peer.readyState);
    peer.on('data', (data) => log('data', data));
    watch(peer, 'peer', 'end', 'close', 'resume');
    function later() {
      log('later', peer.isPaused(), peer.readableFlowing, peer.readableLength, peer.bytesRead);
      log('read', peer.read(), peer.readableLength);
      log('resume', peer.resume() === peer, peer.isPaused());
    }
    setTimeout(later, 50);
  }
  const server = net.createServer({ pauseOnConnect: true }, onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.end('waiting');
    socket.resume();
  }
  server.listen(0, '127.0.0.1', start);
}

main();
