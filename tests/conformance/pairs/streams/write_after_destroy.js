// write() and end() on a destroyed socket: ERR_STREAM_DESTROYED to the callbacks, no error event.
// why: Writers learn of a destroyed socket by callback only; an error event after destroy() would crash the program.
// rows: 5.write 5.destroy 5.end 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'finish', 'error', 'close', 'end');
    function onConnect() {
      socket.destroy();
      log('write', socket.write('x', (...values) => log('written', ...values)), socket.bytesWritten);
      log('end', socket.end('y', (...values) => log('ended', ...values)) === socket);
      log('state', socket.writableEnded, socket.writableLength, socket.destroyed);
      server.close();
    }
    function onClose(hadError) {
      log('write closed', socket.write('z', (...values) => log('z', ...values)));
      log('end closed', socket.end((...values) => log('end z', ...values)) === socket);
    }
    socket.on('connect', onConnect);
    socket.on('close', onClose);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
