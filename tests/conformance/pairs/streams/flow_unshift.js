// unshift puts bytes back in front, in flowing and in readable mode; after the end it is an error.
// why: Parsers put back what they read too much, in front and in order; after end there is no stream to put it back to.
// rows: 5.stream.unshift 5.stream.read
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('HEADbody'));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    function onReadable() {
      const head = socket.read(6);
      log('head', head);
      if (head === null) {
        return;
      }
      socket.removeListener('readable', onReadable);
      log('unshift', socket.unshift(head.subarray(4)), socket.readableLength);
      socket.unshift('<');
      log('length', socket.readableLength);
      socket.on('data', (data) => log('data', data));
      socket.on('end', onEnd);
      socket.resume();
    }
    function onEnd() {
      log('end', socket.unshift('late'));
    }
    socket.on('readable', onReadable);
    watch(socket, 'socket', 'error', 'close');
    socket.on('close', (hadError) => server.close());
  }
  server.listen(0, '127.0.0.1', start);
}

main();
