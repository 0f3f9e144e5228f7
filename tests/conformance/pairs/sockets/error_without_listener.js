// An error event without a listener ends the program with that very error.
// why: Forgetting the error listener must be fatal, as in Node, or failed connections vanish without a trace.
// rows: 8.9 5.event.error
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const socket = net.connect('nobody.sock');
  watch(socket, 'socket', 'connect', 'close');
  log('sync', socket.listenerCount('error'));
  setTimeout(() => log('never'), 500);
}

main();
