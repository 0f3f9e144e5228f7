// Ticks run before the next input; immediates after it, timers in their order.
// why: State that a tick prepares must be there at the next data event; an immediate gives no such promise.
// rows: 8.8 5.event.data
'use strict';
const { log, net } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.write('one');
    peer.on('data', (data) => peer.end('two'));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    function onData(data) {
      log('data', data);
      setImmediate(() => log('immediate one'));
      process.nextTick(() => log('tick one'));
      function nested() {
        log('tick two');
        process.nextTick(() => log('tick three'));
        setImmediate(() => log('immediate two'));
      }
      process.nextTick(nested);
      if (socket.bytesRead === 3) {
        socket.write('go');
      }
    }
    socket.on('data', onData);
    function onEnd() {
      process.nextTick(() => log('tick of end'));
      log('end');
    }
    socket.on('end', onEnd);
    socket.on('close', (hadError) => log('close'));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
