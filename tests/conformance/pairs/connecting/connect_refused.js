// A refused connection to one address: one attempt, its failure, the plain error, then close(true).
// why: The most common failure: error before close(true), destroyed already in the error listener, the errno and address on the error.
// rows: 6.tcp 8.1 5.event.connectionAttemptFailed 5.event.error 5.event.close
const { log, net, watch } = require('../../tracing');

// Bound to 127.0.0.1 only: nobody answers at the same port of the other addresses.
const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.2', () => log('never'));
  const events = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout', 'connect', 'ready'];
  watch(client, 'client', ...events, 'end', 'error', 'close');
  log('returned', client.connecting, client.autoSelectFamilyAttemptedAddresses);
  client.on('error', (error) => {
    log('in error', client.connecting, client.destroyed, client.errored === error, client.closed, client.readyState);
    log('errno', error.errno, error.name, client.autoSelectFamilyAttemptedAddresses);
    process.nextTick(() => log('tick after error', client.closed));
  });
  client.on('close', () => {
    log('in close', client.closed, client.destroyed, client.pending, client.remoteAddress, client.address());
    server.close();
  });
});
