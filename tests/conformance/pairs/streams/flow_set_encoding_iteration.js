// Async iteration over a socket with an encoding gives text, cut at characters.
// why: A character cut by the network must not become replacement characters in the text that a loop yields.
// rows: 5.stream.asyncIteration 5.setEncoding
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const euros = Buffer.from('\u20ac\u20ac');
  function onConnection(peer) {
    server.close();
    peer.write(euros.subarray(0, 4));
    setTimeout(() => peer.end(euros.subarray(4)), 30);
  }
  const server = net.createServer(onConnection);
  async function start() {
    const socket = net.connect('s.sock');
    socket.setEncoding('utf8');
    for await (const text of socket) {
      log('text', text, text.length);
    }
    log('done', socket.bytesRead, socket.destroyed, socket.readableEnded);
  }
  server.listen('s.sock', start);
}

main();
