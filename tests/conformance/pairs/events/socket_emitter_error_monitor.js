// errorMonitor sees errors before the listeners do, and does not count as one.
// why: Monitors must see an error without counting as its handler, else adding a metric would silence crashes.
// rows: 5.event.error 8.9
'use strict';
const { log, net } = require('../../tracing');
const { errorMonitor } = require('node:events');

function main() {
  const socket = net.connect('nobody.sock');
  socket.on('error', (error) => log('error', error.code));
  socket.on(errorMonitor, (error) => log('monitor', error.code, socket.listenerCount('error')));
  function second(hadError) {
    log('close', hadError);
    const other = net.connect('nobody.sock');
    other.on(errorMonitor, (error) => log('monitor only', error.code, other.listenerCount('error')));
    other.on('close', (hadError) => log('never'));
  }
  socket.on('close', second);
}

main();
