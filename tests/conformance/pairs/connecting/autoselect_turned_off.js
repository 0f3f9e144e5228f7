// When autoselection is off, or a family is asked for, only one address is looked up and tried.
// why: The lookup is asked for all addresses only under autoselection; a custom lookup answers in another form otherwise.
// rows: 6.autoselect 6.option.autoSelectFamily 7.setDefaultAutoSelectFamily
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const cases = [
    { autoSelectFamily: false },
    { autoSelectFamily: true, family: 4 },
    { autoSelectFamily: true },
    {},
  ];
  function next() {
    const options = cases.shift();
    if (options === undefined) {
      net.setDefaultAutoSelectFamily(true);
      server.close();
      return;
    }
    if (cases.length === 0) net.setDefaultAutoSelectFamily(false);
    log('case', options, net.getDefaultAutoSelectFamily());
    const answer = [{ address: '127.0.0.2', family: 4 }, { address: '127.0.0.1', family: 4 }];
    const client = net.connect({
      ...options,
      port: server.address().port,
      host: 'many.names',
      lookup(hostname, given, callback) {
        log('asked', given.family, given.all);
        process.nextTick(() => (given.all ? callback(null, answer) : callback(null, '127.0.0.2', 4)));
      },
    });
    watch(client, 'client', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close');
    client.resume();
    client.on('close', () => {
      log('attempted', client.autoSelectFamilyAttemptedAddresses);
      next();
    });
  }
  next();
});
