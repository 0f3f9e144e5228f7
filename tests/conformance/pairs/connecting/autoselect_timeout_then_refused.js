// A timeout and a refusal: an AggregateError that holds both, the timeout as ETIMEDOUT.
// why: The summary error has to hold an ETIMEDOUT for the attempt that was given up, which no system call reported.
// rows: 6.autoselect 5.event.connectionAttemptTimeout 5.event.error 8.1
const { listenSilently } = require('../../silent_listener');
const { log, net, watch } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  listenSilently('127.0.0.3', port, (done) => {
    const answer = ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((address) => ({ address, family: 4 }));
    const client = net.connect({
      port,
      host: 'many.names',
      autoSelectFamilyAttemptTimeout: 150,
      lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
    });
    const events = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
    watch(client, 'client', ...events, 'connect', 'error', 'close');
    client.on('error', (error) => log('errnos', error.errors.map((one) => [one.errno, one.syscall])));
    client.write('lost', (error) => log('written', error.code));
    client.on('close', () => {
      log('attempted', client.autoSelectFamilyAttemptedAddresses);
      server.close();
      done();
    });
  });
});
