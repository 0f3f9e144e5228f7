// The forms of end(): nothing, data, an encoding, a callback; and end() twice.
// why: end() takes the data, encoding and callback of a last write in every combination; a callback taken for data is sent.
// rows: 5.end 5.stream.finish
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const received = [];
  function onConnection(peer) {
    const chunks = [];
    peer.on('data', (data) => chunks.push(data));
    peer.on('end', () => received.push(Buffer.concat(chunks)));
  }
  const server = net.createServer(onConnection);
  function take(turn) {
    if (turn === 5) {
      server.close(() => log('received', received));
      return;
    }
    const socket = net.connect('s.sock');
    watch(socket, 'socket ' + String(turn), 'finish', 'error', 'close');
    if (turn === 0) {
      log('nothing', socket.end() === socket);
    }
    if (turn === 1) {
      log('data', socket.end('data') === socket);
    }
    if (turn === 2) {
      log('hex', socket.end('6865', 'hex') === socket);
    }
    if (turn === 3) {
      log('callback', socket.end((...values) => log('called', ...values)) === socket);
    }
    if (turn === 4) {
      log('all', socket.end('f\u00e9', 'latin1', (...values) => log('called', ...values)) === socket);
      log('twice', socket.end((...values) => log('second', ...values)) === socket);
      log('bytes', socket.end('x', (...values) => log('third', ...values)) === socket);
    }
    socket.on('close', (hadError) => take(turn + 1));
  }
  server.listen('s.sock', () => take(0));
}

main();
