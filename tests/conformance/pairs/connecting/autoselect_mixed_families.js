// A server on the IPv6 loopback only: the name's IPv4 address refuses, the IPv6 one answers; and the reverse.
// why: localhost resolves to both families but servers often listen on one; without a second attempt that is ECONNREFUSED.
// rows: 6.autoselect 4.listen.options.ipv6Only 5.remoteFamily
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  log('server side', c.remoteAddress, c.remoteFamily, c.localFamily);
  c.end('six');
});
server.listen({ port: 0, host: '::1', ipv6Only: true }, () => {
  const port = server.address().port;
  const orders = [
    [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }],
    [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }],
  ];
  function next() {
    const answer = orders.shift();
    if (answer === undefined) {
      server.close();
      return;
    }
    const client = net.createConnection({
      port,
      host: 'both.families',
      lookup: (hostname, options, callback) => setTimeout(callback, 1, null, answer),
    });
    const events = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'data', 'end', 'error', 'close'];
    watch(client, 'client', ...events);
    client.on('connect', () => log('remote', client.remoteAddress, client.remoteFamily, client.remotePort === port));
    client.on('close', () => {
      log('attempted', client.autoSelectFamilyAttemptedAddresses);
      next();
    });
  }
  next();
});
