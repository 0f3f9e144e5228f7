// Over the readable high-water mark nothing more is read from the handle until read() makes room.
// why: The mark is what keeps a slow reader from filling the memory: above it the kernel must hold the data back.
// rows: 5.option.highWaterMark 5.stream.readableHighWaterMark 5.stream.readableLength 5.bytesRead
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.write('abcdefgh');
    setTimeout(() => peer.end('ij'), 30);
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect({ path: 's.sock', highWaterMark: 6 });
    function later() {
      log('later', socket.readableLength, socket.bytesRead, socket.readableEnded);
      log('read', socket.read(3), socket.readableLength);
      setTimeout(last, 30);
    }
    function last() {
      log('last', socket.readableLength, socket.bytesRead);
      socket.on('data', (data) => log('data', data));
      watch(socket, 'socket', 'end', 'close');
    }
    socket.once('readable', () => log('readable', socket.readableLength));
    setTimeout(later, 70);
  }
  server.listen('s.sock', start);
}

main();
