// write() answers false over the mark while connecting; drain comes once, after the queue is gone.
// why: Bytes queued while connecting count against the mark, and drain comes once when all of them are gone.
// rows: 5.write 5.event.drain 5.stream.writableNeedDrain 5.stream.writableLength 8.6
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'drain', 'connect', 'ready', 'close');
    log('small', socket.write('abc'), socket.writableLength, socket.writableNeedDrain);
    log('mark', socket.write(Buffer.alloc(65533, 'x')), socket.writableLength, socket.writableNeedDrain);
    log('over', socket.write('y'), socket.writableLength, socket.writableNeedDrain);
    log('corked', socket.writableCorked, socket.bufferSize, socket.bytesWritten);
    function onDrain() {
      log('drained', socket.writableLength, socket.writableNeedDrain, socket.bytesWritten);
      socket.destroy();
      server.close();
    }
    socket.on('drain', onDrain);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
