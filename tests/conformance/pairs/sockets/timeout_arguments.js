// What setTimeout takes and refuses; a callback given with 0 is taken away.
// why: setTimeout(0, callback) removes the listener, so switching a timeout on and off does not pile up listeners.
// rows: 5.setTimeout 5.timeout
'use strict';
const { attempt, log, net } = require('../../tracing');

function main() {
  const socket = new net.Socket();
  attempt('string', () => socket.setTimeout('x'));
  attempt('negative', () => socket.setTimeout(-1));
  attempt('nan', () => socket.setTimeout(NaN));
  attempt('infinity', () => socket.setTimeout(Infinity));
  attempt('nothing', () => socket.setTimeout());
  attempt('bad callback', () => socket.setTimeout(5, 'x'));
  attempt('bad callback off', () => socket.setTimeout(0, 'x'));
  log('property', socket.timeout);
  function callback() {
    log('never');
  }
  log('on', socket.setTimeout(1000, callback) === socket, socket.timeout, socket.listenerCount('timeout'));
  log('twice', socket.setTimeout(2000, callback) === socket, socket.timeout, socket.listenerCount('timeout'));
  log('off', socket.setTimeout(0, callback) === socket, socket.timeout, socket.listenerCount('timeout'));
  log('off all', socket.setTimeout(0, callback) === socket, socket.timeout, socket.listenerCount('timeout'));
  socket.setTimeout(5);
  socket.destroy();
  log('destroyed', socket.timeout);
  log('after', socket.setTimeout(10, callback) === socket, socket.timeout, socket.listenerCount('timeout'));
  setTimeout(() => log('done'), 40);
}

main();
