// The last address is not given up after the attempt timeout: here it still hangs when a timer ends it.
// why: With nothing left to try, giving the last address up after 250 ms would break slow but working connections.
// rows: 6.autoselect 6.option.autoSelectFamilyAttemptTimeout 5.event.connectionAttemptTimeout
const { listenSilently } = require('../../silent_listener');
const { log, net, watch } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  listenSilently('127.0.0.3', port, (done) => {
    const answer = ['127.0.0.2', '127.0.0.3'].map((address) => ({ address, family: 4 }));
    const client = net.connect({
      port,
      host: 'many.names',
      autoSelectFamilyAttemptTimeout: 150,
      timeout: 400,
      lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
    });
    const events = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
    watch(client, 'client', ...events, 'connect', 'timeout', 'error', 'close');
    client.on('timeout', () => {
      log('state', client.connecting, client.readyState, client.autoSelectFamilyAttemptedAddresses);
      client.destroy(new Error('long enough'));
    });
    client.on('close', () => {
      server.close();
      done();
    });
  });
});
