// An exception out of a data listener ends the program with that very exception.
// why: An exception in a listener is a bug, and as an error event of the socket it would be retried like a network failure.
// rows: 8.9 5.event.data
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.write('x'));
  function start() {
    const socket = net.connect('s.sock');
    function onData(data) {
      log('data', data);
      throw new Error('from the listener');
    }
    socket.on('data', onData);
    socket.on('error', (error) => log('never', error));
  }
  server.listen('s.sock', start);
}

main();
