// unshift and push of something that is no bytes destroy the socket with an error.
// why: A wrong chunk must be an error of the stream, not an exception in the parser or a value among the bytes.
// rows: 5.stream.unshift 5.event.error
'use strict';
const { attempt, log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'connect', 'error', 'end', 'close');
    function onReady() {
      attempt('unshift', () => socket.unshift(5));
      log('state', socket.destroyed, socket.readyState, socket.errored);
      attempt('null', () => socket.unshift('x'));
      server.close();
    }
    socket.on('ready', onReady);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
