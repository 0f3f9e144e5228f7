// The option timeout runs from the start, also while the name is looked up, and closes nothing.
// why: The timeout option covers the lookup too: a program relies on it to give up on a dead resolver.
// rows: 6.option.timeout 5.event.timeout 5.timeout 5.setTimeout
const { log, net, watch } = require('../../tracing');

let answer;
const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const client = net.connect({
    port: server.address().port,
    host: 'any.name',
    timeout: 30,
    lookup: (hostname, options, callback) => (answer = callback),
  });
  log('returned', client.timeout, client.listenerCount('timeout'), client.connecting);
  watch(client, 'client', 'connectionAttempt', 'connect', 'end', 'close');
  client.once('timeout', () => {
    log('timeout', client.connecting, client.destroyed, client.timeout);
    log('off', client.setTimeout(0) === client, client.timeout);
    answer(null, [{ address: '127.0.0.1', family: 4 }]);
  });
  client.resume();
  client.on('close', () => server.close());
});
