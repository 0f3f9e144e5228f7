// Readable mode: readable events, read(), read(n) and what is left.
// why: readable, read() and null are the pull interface; a read that emptied the buffer early would lose the rest.
// rows: 5.stream.read 5.stream.readableLength 5.event.end
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('abcdefghij'));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'end', 'close');
    function onReadable() {
      log('readable', socket.readableFlowing, socket.isPaused());
      log('three', socket.read(3), socket.readableLength);
      log('zero', socket.read(0), socket.readableLength);
      log('four', socket.read(4), socket.readableLength);
      log('many', socket.read(100), socket.readableLength);
      log('rest', socket.read(), socket.readableLength, socket.readableEnded);
    }
    socket.on('readable', onReadable);
    log('on', socket.readableFlowing, socket.isPaused());
    socket.on('close', (hadError) => server.close());
  }
  server.listen(0, '127.0.0.1', start);
}

main();
