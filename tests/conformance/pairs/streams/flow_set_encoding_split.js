// setEncoding: a character split over packets arrives whole, in each of the encodings.
// why: Every encoding has units that packets can cut (base64 groups, surrogates); each must be kept until it is whole.
// rows: 5.setEncoding 5.event.data
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const parts = [[0x61, 0xe2], [0x82], [0xac, 0xf0, 0x9f], [0x98, 0x80, 0x62], [0xff, 0x63]];
  const encodings = ['utf8', 'utf16le', 'latin1', 'ascii', 'hex', 'base64', 'base64url'];
  function sendPart(peer, index) {
    if (index === parts.length) {
      peer.end();
    } else {
      peer.write(Buffer.from(parts[index]));
    }
  }
  function onConnection(peer) {
    let index = 0;
    function onAsk(data) {
      sendPart(peer, index);
      index += 1;
    }
    peer.on('data', onAsk);
  }
  const server = net.createServer(onConnection);
  function take(turn) {
    if (turn === encodings.length) {
      server.close();
      return;
    }
    const socket = net.connect('s.sock');
    const seen = [];
    let known = 0;
    function poll() {
      if (socket.bytesRead > known) {
        known = socket.bytesRead;
        socket.write('n');
      }
    }
    log('encoding', socket.setEncoding(encodings[turn]) === socket, socket.readableEncoding);
    socket.on('data', (text) => seen.push(text));
    socket.on('end', () => log('seen', seen.join(''), seen.length));
    socket.on('close', (hadError) => take(turn + 1));
    const timer = setInterval(poll, 2);
    socket.on('end', () => clearInterval(timer));
    socket.write('n');
  }
  server.listen('s.sock', () => take(0));
}

main();
