// The option family reaches the lookup and turns autoselection off.
// why: A caller that asks for a family wants that family only; the lookup sees it and is not asked for all.
// rows: 6.option.family 6.option.lookup 6.autoselect
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, () => {
  const families = [0, 4, 6, undefined];
  function next() {
    if (families.length === 0) {
      server.close();
      return;
    }
    const family = families.shift();
    function lookup(hostname, options, callback) {
      log('asked', options.family, options.all, options.hints);
      const answer = [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }];
      if (options.all) callback(null, answer);
      else if (options.family === 6) callback(null, '::1', 6);
      else callback(null, '127.0.0.1', 4);
    }
    const client = new net.Socket();
    watch(client, 'client', 'lookup', 'connectionAttempt', 'connect', 'close');
    client.connect({ port: server.address().port, host: 'any.name', family, lookup });
    client.on('connect', () => log('remote', client.remoteAddress, client.autoSelectFamilyAttemptedAddresses));
    client.resume();
    client.on('close', next);
  }
  next();
});
