// pipe(target, {end: false}) leaves the target open when the source ends.
// why: Several sources in turn into one target need the target left open when one of them ends.
// rows: 5.stream.pipe
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    peer.end('part ');
  }
  const server = net.createServer(onConnection);
  let sinkText = '';
  function onSink(peer) {
    sink.close();
    peer.on('data', (data) => { sinkText += data.toString(); });
    peer.on('end', () => log('sink end', sinkText));
  }
  const sink = net.createServer(onSink);
  function start() {
    const target = net.connect('sink.sock');
    watch(target, 'target', 'end');
    target.on('unpipe', (origin, info) => log('unpipe', origin === source));
    const source = net.connect('s.sock');
    log('pipe', source.pipe(target, { end: false }) === target);
    function onClose(hadError) {
      server.close();
      log('source close', hadError, target.writable, target.writableEnded);
      target.end('and the rest');
    }
    source.on('close', onClose);
  }
  sink.listen('sink.sock', () => server.listen('s.sock', start));
}

main();
