// The first address that answers wins; the others are never tried.
// why: A client must not open connections to further addresses once one answered; servers would see phantom connections.
// rows: 6.autoselect 5.autoSelectFamilyAttemptedAddresses 5.event.lookup 5.event.connectionAttempt
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const answer = ['127.0.0.1', '127.0.0.2', '127.0.0.3'].map((address) => ({ address, family: 4 }));
  const client = net.connect({
    port: server.address().port,
    host: 'many.names',
    autoSelectFamily: true,
    lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
  });
  const events = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
  watch(client, 'client', ...events, 'connect', 'ready', 'end', 'error', 'close');
  log('returned', client.autoSelectFamilyAttemptedAddresses);
  client.on('connect', () => log('attempted', client.autoSelectFamilyAttemptedAddresses, client.remoteAddress));
  client.resume();
  client.on('close', () => server.close());
});
