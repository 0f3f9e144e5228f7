// destroy() with writes under way: every callback gets an error, in order.
// why: Writes that the kernel has not taken fail in order at destroy(); a silent one would look delivered.
// rows: 5.destroy 5.write 8.5 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer({ pauseOnConnect: true }, (peer) => server.close());
  function start() {
    const socket = net.connect('s.sock');
    watch(socket, 'socket', 'finish', 'drain', 'error', 'close');
    function onConnect() {
      log('big', socket.write(Buffer.alloc(5000000, 'x'), (...values) => log('big written', ...values)));
      log('small', socket.write('y', (...values) => log('small written', ...values)));
      log('end', socket.end('z', (...values) => log('ended', ...values)) === socket);
      setTimeout(later, 20);
    }
    function later() {
      log('pending', socket.writableLength);
      log('destroy', socket.destroy() === socket, socket.writableLength);
    }
    socket.on('connect', onConnect);
    socket.on('close', (hadError) => process.nextTick(() => finish()));
    function finish() {
      setImmediate(() => log('done'));
    }
  }
  server.listen('s.sock', start);
}

main();
