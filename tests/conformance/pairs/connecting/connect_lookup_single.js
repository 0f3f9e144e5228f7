// A custom lookup without autoselection: what it is given, and that it answers inside connect().
// why: Without all the callback takes (err, address, family); a lookup written for that form must keep working.
// rows: 6.option.lookup 6.option.autoSelectFamily 5.event.lookup 8.8
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const client = new net.Socket();
  watch(client, 'client', 'lookup', 'connectionAttempt', 'connect', 'ready', 'end', 'close');
  function lookup(hostname, options, callback) {
    log('lookup called', hostname, options.family, options.hints, options.all, typeof callback);
    log('callback returned', callback(null, '127.0.0.1', 4));
  }
  client.connect({ port: server.address().port, host: 'any.name', lookup, autoSelectFamily: false });
  log('connect returned', client.connecting, client.remoteAddress);
  client.resume();
  client.on('close', () => {
    log('attempted', client.autoSelectFamilyAttemptedAddresses);
    server.close();
  });
});
