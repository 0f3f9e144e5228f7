// localAddress: what the server sees, addresses that are not ours, a family that does not fit.
// why: Binding before connecting picks the source address; failures of bind are error events and never fall back to another address.
// rows: 6.option.localAddress 6.option.localPort 6.tcp
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  log('server sees', c.remoteAddress, c.remoteFamily);
  c.end();
});
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const many = [
    { port, host: '127.0.0.1', localAddress: '127.0.0.5' },
    { port, host: '127.0.0.1', localAddress: '127.0.0.6', localPort: port },
    { port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: 0 },
    { port, host: '127.0.0.1', localPort: 0 },
    { port, host: '127.0.0.1', localAddress: '203.0.113.77' },
    { port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: port },
  ];
  function next() {
    const options = many.shift();
    if (options === undefined) {
      server.close();
      return;
    }
    const client = new net.Socket();
    watch(client, 'client', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'error', 'close');
    client.on('connect', () => log('connect', client.localAddress, client.localPort === port, client.localFamily));
    client.connect(options);
    log('returned', client.connecting, client.destroyed);
    client.resume();
    client.on('close', next);
  }
  next();
});
