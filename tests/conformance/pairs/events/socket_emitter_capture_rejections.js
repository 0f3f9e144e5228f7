// captureRejections: a failing async listener destroys the socket with its error.
// why: The option turns the coroutine's exception into destroy(error), so the socket is closed instead of left open.
// rows: 5.event.error 5.event.data
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.write('x'));
  function start() {
    const socket = new net.Socket({ captureRejections: true });
    async function onData(data) {
      log('data', data);
      throw new Error('from the coroutine');
    }
    socket.on('data', onData);
    watch(socket, 'socket', 'end', 'error', 'close');
    socket.on('close', (hadError) => server.close());
    socket.connect('s.sock');
  }
  server.listen('s.sock', start);
}

main();
