// resetAndDestroy() while connecting waits for the connection, then resets it.
// why: The RST is owed until the connection stands; an early close would look to the peer like a normal end.
// rows: 5.resetAndDestroy 5.connecting
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    watch(peer, 'peer', 'end', 'error', 'close');
    peer.on('close', (hadError) => server.close());
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    const steps = [];
    function record(name) {
      socket.on(name, (...values) => steps.push([name, ...values]));
    }
    for (const name of ['connect', 'ready', 'end', 'finish', 'error', 'close']) {
      record(name);
    }
    log('reset', socket.resetAndDestroy() === socket, socket.destroyed, socket.connecting);
    server.on('close', () => log('steps', steps));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
