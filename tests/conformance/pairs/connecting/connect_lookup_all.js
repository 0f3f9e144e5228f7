// A custom lookup with autoselection: asked for all, answering inside connect(), one lookup event per address.
// why: A cached lookup answers at once, so its events come before connect() returns; listeners must have been added by then.
// rows: 6.option.lookup 6.autoselect 5.event.lookup 8.8 5.autoSelectFamilyAttemptedAddresses
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const client = new net.Socket();
  watch(client, 'client', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'ready', 'end', 'close');
  function lookup(hostname, options, callback) {
    log('lookup called', hostname, options.family, options.hints, options.all);
    const answer = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
      { address: '127.0.0.2', family: 4 },
    ];
    log('callback returned', callback(null, answer));
  }
  const result = client.connect({ port: server.address().port, host: 'any.name', lookup });
  log('connect returned', result === client, client.connecting, client.autoSelectFamilyAttemptedAddresses);
  client.resume();
  client.on('connect', () => log('remote', client.remoteAddress, client.remoteFamily));
  client.on('close', () => {
    log('attempted', client.autoSelectFamilyAttemptedAddresses);
    server.close();
  });
});
