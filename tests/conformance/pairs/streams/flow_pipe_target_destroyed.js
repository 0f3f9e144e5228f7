// The target of a pipe is destroyed: the source is unpiped and paused, and stays alive.
// why: A target that dies must unpipe and pause its source, not destroy it or let it flow into nothing.
// rows: 5.stream.pipe 5.stream.unpipe 5.destroy
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    peer.on('data', (data) => peer.write(data));
  }
  const server = net.createServer(onConnection);
  function start() {
    const source = net.connect(server.address().port, '127.0.0.1');
    const target = net.connect(server.address().port, '127.0.0.1');
    watch(target, 'target', 'finish', 'error', 'close');
    watch(source, 'source', 'error', 'pause', 'resume');
    target.on('unpipe', (origin, info) => log('unpipe', origin === source, source.isPaused()));
    source.pipe(target);
    function onReady() {
      target.destroy();
      function later() {
        log('later', source.destroyed, source.readableFlowing, source.listenerCount('data'));
        source.destroy();
        server.close(() => log('server close'));
      }
      setTimeout(later, 20);
    }
    target.on('ready', onReady);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
