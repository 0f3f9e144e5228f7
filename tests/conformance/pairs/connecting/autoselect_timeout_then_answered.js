// An address that does not answer in time is given up for the next one, and said so.
// why: A black-holed address would cost the kernel's two minutes; the attempt timeout moves on and leaves no socket behind.
// rows: 6.autoselect 6.option.autoSelectFamilyAttemptTimeout 5.event.connectionAttemptTimeout
const { listenSilently } = require('../../silent_listener');
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end('here'));
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  listenSilently('127.0.0.3', port, (done) => {
    const answer = ['127.0.0.3', '127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const client = net.connect({
      port,
      host: 'many.names',
      autoSelectFamilyAttemptTimeout: 150,
      lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
    });
    const events = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
    watch(client, 'client', ...events, 'connect', 'ready', 'data', 'end', 'error', 'close');
    client.on('connectionAttemptTimeout', () => log('in timeout', client.connecting, client.destroyed));
    client.on('close', () => {
      log('attempted', client.autoSelectFamilyAttemptedAddresses);
      server.close();
      done();
    });
  });
});
