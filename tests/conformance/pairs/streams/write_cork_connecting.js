// Writes queued while connecting and corked writes keep their order when mixed with encodings.
// why: Corking and connecting both queue; the bytes must leave in the order of the writes, each in its encoding.
// rows: 5.stream.cork 5.stream.uncork 5.write 5.bytesWritten
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const chunks = [];
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => chunks.push(data));
    peer.on('end', () => log('received', Buffer.concat(chunks)));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect('s.sock');
    socket.cork();
    socket.write('one ');
    socket.write('74776f20', 'hex');
    log('corked', socket.writableCorked, socket.writableLength);
    socket.on('connect', () => log('connect', socket.writableCorked, socket.bytesWritten));
    function onReady() {
      socket.write(Buffer.from('three '));
      socket.write('\u00e9', 'latin1');
      socket.uncork();
      log('uncorked', socket.writableCorked, socket.bytesWritten);
      socket.end(' last');
    }
    socket.on('ready', onReady);
  }
  server.listen('s.sock', start);
}

main();
