// bytesRead and bytesWritten: queued bytes count, strings count in their encoding, and the counts stay after close.
// why: bytesWritten counts what is queued too, in encoded bytes; billing and progress bars read it after close.
// rows: 5.bytesRead 5.bytesWritten 5.bufferSize 5.stream.writableLength
'use strict';
const { log, net } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    let total = 0;
    function onData(data) {
      total += data.length;
      if (total === 13) {
        log('server', peer.bytesRead, peer.bytesWritten);
        peer.end('four');
        log('server ended', peer.bytesRead, peer.bytesWritten);
      }
    }
    peer.on('data', onData);
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    log('new', socket.bytesRead, socket.bytesWritten, socket.bufferSize);
    socket.write('abc');
    log('queued', socket.bytesRead, socket.bytesWritten, socket.bufferSize, socket.writableLength);
    socket.write('h\u00e9llo');
    log('utf8', socket.bytesRead, socket.bytesWritten, socket.bufferSize, socket.writableLength);
    socket.write('ffff', 'hex');
    log('hex', socket.bytesRead, socket.bytesWritten, socket.bufferSize, socket.writableLength);
    function onConnect() {
      log('connect', socket.bytesWritten, socket.bufferSize, socket.writableLength);
      socket.write('\u00e9\u00e8', 'latin1');
      log('latin1', socket.bytesWritten);
    }
    socket.on('connect', onConnect);
    socket.on('data', (data) => log('data', data, socket.bytesRead, socket.bytesWritten));
    socket.on('end', () => log('end', socket.bytesRead, socket.bytesWritten));
    socket.on('close', (hadError) => log('close', socket.bytesRead, socket.bytesWritten, socket.bufferSize));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
