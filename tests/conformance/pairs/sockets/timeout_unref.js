// A timeout alone does not hold the program.
// why: The timer of a socket is unref'ed: a program with nothing else to do must not wait for it.
// rows: 5.setTimeout 5.unref
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const socket = new net.Socket();
  log('set', socket.setTimeout(200, () => log('never')) === socket);
  log('timeout', socket.timeout, socket.listenerCount('timeout'));
  watch(socket, 'socket', 'close', 'timeout');
  setTimeout(() => log('done', socket.timeout), 10);
}

main();
