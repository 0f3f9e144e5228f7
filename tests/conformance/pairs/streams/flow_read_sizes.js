// read(n) waits until n bytes are there; at the end it gives what is left.
// why: Framed protocols call read(n) for n bytes or null; a short piece before the end would break the frame.
// rows: 5.stream.read 5.stream.readableLength 5.stream.readableEnded
'use strict';
const { attempt, log, net } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => sendParts(peer));
  function sendParts(peer) {
    server.close();
    peer.write('ab');
    const rest = [() => peer.write('cd'), () => peer.end('e')];
    peer.on('data', () => rest.shift()());
  }
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    const pieces = [];
    let asked = 0;
    function onReadable() {
      let piece = socket.read(3);
      while (piece !== null) {
        pieces.push(piece);
        piece = socket.read(3);
      }
      log('readable', socket.readableLength, pieces);
      asked += 1;
      if (asked <= 2) socket.write('more');
    }
    socket.on('readable', onReadable);
    function onEnd() {
      log('end', pieces, socket.readableLength, socket.readableEnded, socket.read());
    }
    socket.on('end', onEnd);
    socket.on('close', (hadError) => log('close', hadError));
    attempt('read string', () => socket.read('x'));
    attempt('read large', () => socket.read(2000000000));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
