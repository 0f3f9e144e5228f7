// Once owed, drain fires, also when a later write flushed the backlog, and when writes go on in callbacks.
// why: A producer that got false waits for drain; writes from callbacks must not make Node forget that it owes one.
// rows: 8.6 5.event.drain 5.write
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect({ path: 's.sock', highWaterMark: 10 });
    let drains = 0;
    function onDrain() {
      drains += 1;
      log('drain', drains, socket.writableLength, socket.writableNeedDrain);
      if (drains === 1) {
        log('more', socket.write('0123456789abc', (...values) => log('third written', ...values)));
        log('owed', socket.writableNeedDrain, socket.writableLength);
        setTimeout(finish, 30);
      }
    }
    function finish() {
      log('drains', drains);
      socket.end();
      server.close();
    }
    socket.on('drain', onDrain);
    function onFirst(...values) {
      log('first written', ...values);
      log('inside', socket.write('z'), socket.writableNeedDrain, socket.writableLength);
    }
    log('first', socket.write('0123456789', onFirst), socket.writableNeedDrain);
    log('second', socket.write('ab', (...values) => log('second written', ...values)), socket.writableNeedDrain);
  }
  server.listen('s.sock', start);
}

main();
