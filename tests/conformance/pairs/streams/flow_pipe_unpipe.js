// pipe and unpipe: their events, the listeners they add and take away, and the flow after it.
// why: pipe() adds listeners and unpipe() takes exactly those away; what is left over would leak or write twice.
// rows: 5.stream.pipe 5.stream.unpipe 5.stream.readableFlowing
'use strict';
const { log, net } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => peer.write(data));
  }
  const server = net.createServer(onConnection);
  function counts(socket) {
    const names = ['data', 'end', 'drain', 'error', 'close', 'finish', 'unpipe'];
    return names.map((name) => socket.listenerCount(name));
  }
  function start() {
    const source = net.connect(server.address().port, '127.0.0.1');
    const target = new net.Socket();
    target.on('pipe', (origin) => log('pipe', origin === source));
    target.on('unpipe', (origin, info) => log('unpipe', origin === source, info));
    log('before', counts(source), counts(target), source.readableFlowing);
    log('pipe', source.pipe(target) === target, source.readableFlowing);
    log('piped', counts(source), counts(target));
    log('unpipe', source.unpipe(target) === source, source.readableFlowing, source.isPaused());
    log('after', counts(source), counts(target));
    log('again', source.unpipe(target) === source);
    source.pipe(target, { end: false });
    log('no end', counts(source), counts(target));
    log('all', source.unpipe() === source, counts(source), counts(target));
    source.on('data', (data) => log('data', data));
    log('flowing', source.readableFlowing, source.isPaused());
    function wake() {
      source.resume();
      source.end('hello');
    }
    source.on('connect', wake);
    source.on('end', () => log('end'));
    target.destroy();
  }
  server.listen(0, '127.0.0.1', start);
}

main();
