// setEncoding when bytes are already buffered, read(n) then counts characters.
// why: Bytes that are buffered already are decoded as well, and lengths count characters from then on.
// rows: 5.setEncoding 5.stream.read 5.stream.readableLength
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('h\u00e9\u20acllo'));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    function onReadable() {
      log('buffered', socket.readableLength, socket.readableEncoding);
      socket.setEncoding('utf8');
      log('decoded', socket.readableLength, socket.readableEncoding);
      log('two', socket.read(2), socket.readableLength);
      log('rest', socket.read(), socket.readableLength);
      socket.on('readable', () => log('last', socket.read()));
    }
    socket.once('readable', onReadable);
    watch(socket, 'socket', 'end', 'close');
    socket.on('close', (hadError) => server.close());
  }
  server.listen(0, '127.0.0.1', start);
}

main();
