// The families are interleaved, beginning with that of the first answer; the rest follows in order.
// why: If a whole family is unreachable, alternating families costs one failed attempt instead of one for each of its addresses.
// rows: 6.autoselect 5.event.connectionAttempt 5.event.lookup
const { log, net, watch } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const cases = [
    ['127.0.0.2', '127.0.0.3', '127.0.0.4', '::1', '::1'],
    ['::1', '127.0.0.2', '127.0.0.3'],
    ['::1', '::1', '127.0.0.2'],
    ['127.0.0.2', '127.0.0.3', '::1'],
    ['127.0.0.4', '127.0.0.2', '127.0.0.3'],
  ];
  function next() {
    const addresses = cases.shift();
    if (addresses === undefined) {
      server.close();
      return;
    }
    const answer = addresses.map((address) => ({ address, family: net.isIP(address) }));
    const client = net.connect({
      port: server.address().port,
      host: 'many.names',
      lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
    });
    const order = [];
    client.on('lookup', (error, address, family) => log('lookup', address, family));
    client.on('connectionAttempt', (address, port, family) => order.push([address, family]));
    client.on('error', (error) => log('error', error.code, error.errors.map((one) => one.address)));
    client.on('close', () => {
      log('order', order);
      next();
    });
  }
  next();
});
