// Addresses that refuse are passed over, each with its failed attempt; no error once one answers.
// why: A refused attempt must not surface as an error event, or a program gives up on a connection that succeeds.
// rows: 6.autoselect 5.event.connectionAttemptFailed 5.autoSelectFamilyAttemptedAddresses 8.5
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  watch(c, 'server side', 'data', 'end');
});
server.listen(0, '127.0.0.1', () => {
  const answer = [
    { address: '127.0.0.2', family: 4 },
    { address: '::1', family: 6 },
    { address: '127.0.0.3', family: 4 },
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.4', family: 4 },
  ];
  const client = net.connect({
    port: server.address().port,
    host: 'many.names',
    lookup: (hostname, options, callback) => setImmediate(callback, null, answer),
  });
  const events = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
  watch(client, 'client', ...events, 'connect', 'ready', 'end', 'error', 'close');
  client.write('queued', (...values) => {
    log('written', values, client.bytesWritten);
    client.end();
  });
  client.on('connect', () => log('connected', client.remoteAddress, client.remoteFamily, client.bytesWritten));
  client.resume();
  client.on('close', () => {
    log('attempted', client.autoSelectFamilyAttemptedAddresses);
    server.close();
  });
});
