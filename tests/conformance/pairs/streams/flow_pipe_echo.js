// An echo server by pipe(): the bytes come back whole, the pipe ends with the client.
// why: pipe() to itself is the echo server of every manual; both directions under backpressure must not lose a byte.
// rows: 5.stream.pipe 5.event.end 8.2
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const size = 400000;
  const serverSide = [];
  function onConnection(peer) {
    server.close();
    function record(name) {
      peer.on(name, (...values) => serverSide.push([name, ...values]));
    }
    for (const name of ['pipe', 'unpipe', 'end', 'finish', 'close']) {
      record(name);
    }
    serverSide.push(['returns', peer.pipe(peer) === peer]);
  }
  const server = net.createServer(onConnection);
  server.on('close', () => log('server side', serverSide));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    const chunks = [];
    socket.on('data', (data) => chunks.push(data));
    function onEnd() {
      const whole = Buffer.concat(chunks);
      log('end', whole.length, whole.equals(Buffer.alloc(size, 'ab')), socket.bytesRead, socket.bytesWritten);
    }
    socket.on('end', onEnd);
    socket.end(Buffer.alloc(size, 'ab'));
    log('start', socket.connecting, socket.writableLength, socket.writableEnded);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
