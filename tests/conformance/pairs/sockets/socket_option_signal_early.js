// A signal that is aborted before or while connecting: no connect, an AbortError, close.
// why: A caller that cancelled before the connection stood must not get a connect event any more.
// rows: 5.option.signal 5.connect 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const port = server.address().port;
    const controller = new AbortController();
    const early = new net.Socket({ signal: AbortSignal.abort() });
    watch(early, 'early', 'connect', 'error', 'close');
    log('early', early.destroyed, early.pending);
    function second() {
      const late = net.connect({ port: port, host: '127.0.0.1', signal: controller.signal });
      watch(late, 'late', 'connect', 'error', 'close');
      late.write('x', (...values) => log('late write', ...values));
      controller.abort();
      log('late', late.destroyed, late.connecting, late.readyState);
      late.on('close', (hadError) => server.close());
    }
    early.on('close', second);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
