// A lookup that fails: the lookup event with the error, then error and close, no attempt.
// why: Writes queued before a failed lookup must call back with the error; otherwise their callers wait for ever.
// rows: 5.event.lookup 5.event.error 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function failing(host, options, callback) {
    const error = new Error('no such name');
    setImmediate(() => callback(error));
  }
  const socket = net.connect({ port: 80, host: 'nowhere.test', lookup: failing });
  watch(socket, 'socket', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close');
  socket.write('x', (...values) => log('written', ...values));
  log('connecting', socket.connecting, socket.readyState);
  function second(hadError) {
    function wrong(host, options, callback) {
      setImmediate(() => callback(null, 'not an address', 4));
    }
    const other = net.connect({ port: 80, host: 'nowhere.test', lookup: wrong, family: 4 });
    watch(other, 'other', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close');
  }
  socket.on('close', second);
}

main();
