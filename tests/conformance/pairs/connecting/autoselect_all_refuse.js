// When all addresses refuse there is one AggregateError with each failure, once, and close(true).
// why: Programs read error.errors and error.code to say why no address answered; a plain error of the last address hides the others.
// rows: 6.autoselect 5.event.error 8.1 8.5 5.autoSelectFamilyAttemptedAddresses
const { log, net, watch } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const answer = [
    { address: '::1', family: 6 },
    { address: '127.0.0.2', family: 4 },
    { address: '127.0.0.3', family: 4 },
  ];
  const client = net.connect({
    port: server.address().port,
    host: 'many.names',
    lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
  });
  const events = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
  watch(client, 'client', ...events, 'connect', 'end', 'error', 'close');
  client.write('lost', (error) => log('written', error));
  client.on('error', (error) => {
    log('error', error.code, error.message, error.errors.length, error instanceof AggregateError);
    log('each', error.errors.map((one) => one.errno), error.errno, error.syscall, error.port);
    log('attempted', client.autoSelectFamilyAttemptedAddresses);
  });
  client.on('close', () => server.close());
});
