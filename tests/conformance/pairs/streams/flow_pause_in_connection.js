// pause() inside the connection listener sticks, even when a data listener is added after it.
// why: An explicit pause() must survive a data listener added later, which otherwise starts the flow.
// rows: 8.3 5.pause
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    log('pause', peer.pause() === peer, peer.isPaused(), peer.readableFlowing);
    peer.on('data', (data) => log('data', data));
    watch(peer, 'peer', 'end', 'close', 'pause', 'resume');
    log('listening', peer.isPaused(), peer.readableFlowing);
    function later() {
      log('later', peer.isPaused(), peer.readableFlowing, peer.readableLength, peer.bytesRead);
      peer.resume();
    }
    setTimeout(later, 50);
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.end('for whom?');
    socket.resume();
  }
  server.listen(0, '127.0.0.1', start);
}

main();
