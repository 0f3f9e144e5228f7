// A write larger than the kernel takes: write() answers true or false as Node counts, the callback waits for the last byte.
// why: write() answers by the mark and calls back at the last byte; calling back early frees a buffer in use.
// rows: 5.write 5.event.drain 5.bufferSize 5.stream.writableLength 8.6
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const size = 16000000;
  let serverPeer = null;
  function onConnection(peer) {
    server.close();
    serverPeer = peer;
  }
  const server = net.createServer({ pauseOnConnect: true }, onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    let done = false;
    function onWritten(...values) {
      done = true;
      log('written', ...values, socket.writableLength, socket.bytesWritten === size + 1);
    }
    function onConnect() {
      log('write', socket.write(Buffer.alloc(size, 'q'), onWritten));
      log('queue', socket.writableLength, socket.bufferSize, socket.writableNeedDrain);
      log('small', socket.write('r', (...values) => log('small written', ...values)), socket.writableLength);
      setTimeout(later, 50);
    }
    function later() {
      log('later', done, socket.writableLength, socket.writableNeedDrain, socket.bytesWritten);
      serverPeer.resume();
    }
    function onDrain() {
      log('drain', socket.writableLength, socket.writableNeedDrain);
      socket.end();
    }
    socket.on('drain', onDrain);
    socket.on('connect', onConnect);
    socket.on('close', (hadError) => log('close', hadError));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
