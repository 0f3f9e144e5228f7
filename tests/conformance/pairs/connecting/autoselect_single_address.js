// One address only: no autoselection, the plain error, no list of attempts.
// why: With one address there is nothing to select, and code that checks err.code === 'ECONNREFUSED' expects the plain error.
// rows: 6.autoselect 5.event.error 5.autoSelectFamilyAttemptedAddresses
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const addresses = ['127.0.0.2', '127.0.0.1'];
  function next() {
    const address = addresses.shift();
    if (address === undefined) {
      server.close();
      return;
    }
    const client = net.connect({
      port: server.address().port,
      host: 'one.name',
      autoSelectFamily: true,
      lookup: (hostname, options, callback) => process.nextTick(callback, null, [{ address, family: 4 }]),
    });
    watch(client, 'client', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close');
    client.resume();
    client.on('close', () => {
      log('attempted', client.autoSelectFamilyAttemptedAddresses);
      next();
    });
  }
  next();
});
