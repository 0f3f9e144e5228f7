// All addresses refused: one failed event for each, one AggregateError, the attempted list.
// why: One event per failed address lets a program log each, while error comes once and names them all.
// rows: 5.event.connectionAttemptFailed 5.event.connectionAttempt 5.autoSelectFamilyAttemptedAddresses 5.event.error
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer();
  function attack(port) {
    function lookup(host, options, callback) {
      setImmediate(() => callback(null, [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }, { address: '127.0.0.2', family: 4 }]));
    }
    const socket = net.connect({ port: port, host: 'both.test', lookup: lookup });
    watch(socket, 'socket', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'close');
    function onError(error) {
      log('error', error, error.message, error.errors.length);
      log('attempted', socket.autoSelectFamilyAttemptedAddresses, socket.destroyed);
    }
    socket.on('error', onError);
  }
  function start() {
    const port = server.address().port;
    server.close(() => attack(port));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
