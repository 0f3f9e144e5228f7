// end is emitted once to a late reader; close waits for it; data before end.
// why: Data that arrived before anyone reads must survive until a reader comes, and end waits behind it.
// rows: 8.1 8.4 5.event.end 5.stream.readableFlowing
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('unseen'));
  function start() {
    const socket = net.connect('s.sock');
    watch(socket, 'socket', 'connect', 'end', 'finish', 'close');
    function later() {
      if (socket.readableLength < 6) return setTimeout(later, 20);
      log('later', socket.readableFlowing, socket.readableLength, socket.readyState, socket.readableEnded);
      socket.on('data', (data) => log('data', data));
      server.close();
    }
    setTimeout(later, 50);
  }
  server.listen('s.sock', start);
}

main();
