// The block list and a name of several addresses: with autoselection and without.
// why: Addresses are checked after the lookup: a hostile name that resolves to a blocked address must not get through.
// rows: 6.option.blockList 6.autoselect 2.use.connect
const { log, net, watch } = require('../../tracing');

const blockList = new net.BlockList();
blockList.addRange('127.0.0.2', '127.0.0.9');
const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const cases = [
    ['127.0.0.2', '127.0.0.1'],
    ['127.0.0.2', '127.0.0.3'],
    ['127.0.0.10', '127.0.0.2'],
    ['127.0.0.2'],
  ];
  function next() {
    const addresses = cases.shift();
    if (addresses === undefined) {
      server.close();
      return;
    }
    log('case', addresses);
    const answer = addresses.map((address) => ({ address, family: 4 }));
    const client = net.connect({
      port,
      host: 'any.name',
      blockList,
      lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
    });
    const events = ['connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close'];
    watch(client, 'client', ...events);
    client.resume();
    client.on('close', () => {
      log('attempted', client.autoSelectFamilyAttemptedAddresses);
      next();
    });
  }
  next();
});
