// With localAddress a lookup is asked for one address only, and autoselection is off.
// why: A source address fixes the family, so racing families is off and the lookup answers in the single form.
// rows: 6.option.localAddress 6.autoselect 6.option.lookup 6.option.autoSelectFamily
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const client = new net.Socket();
  watch(client, 'client', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close');
  function lookup(hostname, options, callback) {
    log('asked', hostname, options.family, options.all);
    callback(null, '127.0.0.2', 4);
  }
  const port = server.address().port;
  client.connect({ port, host: 'any.name', localAddress: '127.0.0.5', autoSelectFamily: true, lookup });
  client.on('close', () => {
    log('attempted', client.autoSelectFamilyAttemptedAddresses);
    server.close();
  });
});
