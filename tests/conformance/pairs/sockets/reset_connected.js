// resetAndDestroy() on a TCP connection: our side closes without an error, the peer gets ECONNRESET.
// why: resetAndDestroy() must send a real RST: the peer sees ECONNRESET, while our side closes without an error.
// rows: 5.resetAndDestroy 5.event.error 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    watch(peer, 'peer', 'data', 'end', 'finish', 'error', 'close');
    function onClose(hadError) {
      log('peer closed', peer.destroyed, peer.readyState, peer.errored);
      server.close();
    }
    peer.on('close', onClose);
    peer.write('hello');
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    const steps = [];
    function record(name) {
      socket.on(name, (...values) => steps.push([name, ...values]));
    }
    for (const name of ['end', 'finish', 'error', 'close']) {
      record(name);
    }
    function onData(data) {
      steps.push(['data', data]);
      steps.push(['reset', socket.resetAndDestroy() === socket, socket.destroyed, socket.errored]);
      steps.push(['again', socket.resetAndDestroy() === socket]);
    }
    socket.on('data', onData);
    server.on('close', () => log('steps', steps));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
