// Callbacks of writes come in order, after the call, with finish and end's callback behind them.
// why: Empty writes call back too, and in order; end()'s callback and finish come behind them all.
// rows: 5.write 5.end 5.stream.finish 8.8
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'connect', 'ready', 'finish', 'prefinish', 'drain');
    socket.write('one', (...values) => log('one', ...values));
    socket.write('', (...values) => log('empty', ...values));
    socket.write('two', 'utf8', (...values) => log('two', ...values));
    socket.write(Buffer.alloc(0, 'x'), (...values) => log('empty bytes', ...values));
    function onReady() {
      log('sync', socket.write('three', (...values) => log('three', ...values)));
      log('sync', socket.write('four', (...values) => log('four', ...values)));
      process.nextTick(() => log('tick'));
      setImmediate(() => log('immediate'));
      log('end', socket.end('five', 'latin1', (...values) => log('ended', ...values)) === socket);
      log('returned', socket.writableEnded, socket.writableFinished);
      server.close();
    }
    socket.on('ready', onReady);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
