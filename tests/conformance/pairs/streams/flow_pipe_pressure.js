// pipe() pauses its source while the target's buffer is full, and nothing is lost.
// why: Without the pause a fast source fills the memory with what a slow target cannot take.
// rows: 5.stream.pipe 5.event.drain 5.pause 8.6
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const size = 2000000;
  let total = 0;
  let sinkPeer = null;
  function onSink(peer) {
    sink.close();
    sinkPeer = peer;
    peer.on('data', (data) => { total += data.length; });
    peer.on('end', () => log('sink end', total, total === size));
  }
  const sink = net.createServer({ pauseOnConnect: true }, onSink);
  function onConnection(peer) {
    server.close();
    peer.end(Buffer.alloc(size, 'z'));
  }
  const server = net.createServer(onConnection);
  function start() {
    const source = net.connect('s.sock');
    const target = net.connect({ path: 'sink.sock', highWaterMark: 1000 });
    source.pipe(target);
    function look() {
      log('held back', source.bytesRead < size, source.isPaused(), target.writableNeedDrain, total);
      sinkPeer.resume();
    }
    setTimeout(look, 100);
    source.on('end', () => log('source end', source.bytesRead));
    target.on('close', (hadError) => log('target close', target.bytesWritten, target.writableFinished));
  }
  sink.listen('sink.sock', () => server.listen('s.sock', start));
}

main();
