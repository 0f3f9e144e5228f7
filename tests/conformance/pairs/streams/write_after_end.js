// write() after end(): ERR_STREAM_WRITE_AFTER_END to the callback and as an error event.
// why: A write after end() is a bug that must be heard: in its callback, and once as an error event.
// rows: 5.write 5.end 5.event.error 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'finish', 'error', 'close', 'end');
    function onConnect() {
      socket.end('last', (...values) => log('ended', ...values));
      log('write', socket.write('more', (...values) => log('more', ...values)));
      log('state', socket.destroyed, socket.writable, socket.errored);
      log('again', socket.write('even more', (...values) => log('even more', ...values)));
      server.close();
    }
    socket.on('connect', onConnect);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
