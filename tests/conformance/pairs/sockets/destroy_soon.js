// destroySoon() destroys once everything is written.
// why: destroySoon() is how servers drop a client without cutting the answer that is still queued.
// rows: 5.destroySoon 5.stream.finish
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const size = 2000000;
  function onConnection(peer) {
    let total = 0;
    peer.on('data', (data) => { total += data.length; });
    peer.on('end', () => log('peer end', total));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    log('start', socket.destroyed, socket.writableEnded);
    const steps = [];
    function record(name) {
      socket.on(name, (...values) => steps.push([name, ...values]));
    }
    for (const name of ['end', 'finish', 'close']) {
      record(name);
    }
    function onConnect() {
      steps.push(['write', socket.write(Buffer.alloc(size, 'x'), (...values) => steps.push(['written', ...values]))]);
      steps.push(['destroySoon', socket.destroySoon(), socket.destroyed, socket.writableEnded]);
    }
    socket.on('connect', onConnect);
    function onClose(hadError) {
      server.close(() => log('steps', steps));
    }
    socket.on('close', onClose);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
