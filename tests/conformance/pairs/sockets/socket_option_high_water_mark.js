// highWaterMark decides what write() answers and when drain comes, on either end.
// why: Backpressure is by this mark: one byte off and a producer stops early or a buffer grows without bound.
// rows: 5.option.highWaterMark 5.stream.writableHighWaterMark 5.stream.readableHighWaterMark 5.stream.writableNeedDrain 5.event.drain
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  let marks = null;
  function onConnection(peer) {
    server.close();
    peer.resume();
    marks = [peer.readableHighWaterMark, peer.writableHighWaterMark];
  }
  const server = net.createServer({ highWaterMark: 7 }, onConnection);
  function start() {
    const socket = net.connect({ port: server.address().port, host: '127.0.0.1', highWaterMark: 5 });
    log('marks', socket.readableHighWaterMark, socket.writableHighWaterMark);
    watch(socket, 'socket', 'drain', 'close');
    log('four', socket.write('1234'), socket.writableLength, socket.writableNeedDrain);
    log('five', socket.write('5'), socket.writableLength, socket.writableNeedDrain);
    log('six', socket.write('6'), socket.writableLength, socket.bufferSize);
    function onDrain() {
      log('drained', socket.writableLength, socket.writableNeedDrain, socket.bytesWritten);
      log('small', socket.write('ab', (...values) => log('small written', ...values)));
      log('large', socket.write('abcdefgh', (...values) => log('large written', ...values)));
      log('owes', socket.writableNeedDrain, socket.writableLength);
      socket.end();
      socket.on('close', (hadError) => log('server marks', marks));
    }
    socket.once('drain', onDrain);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
