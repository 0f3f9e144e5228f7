// lookup comes after resolving and before connecting, one per address with autoselection.
// why: The lookup event shows what DNS said before any attempt; with several addresses there is one for each.
// rows: 5.event.lookup 5.event.connectionAttempt 5.autoSelectFamilyAttemptedAddresses 6.option.lookup
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end());
  function start() {
    const port = server.address().port;
    function lookupOne(host, options, callback) {
      log('asked', host, options.all, options.family, options.hints);
      setImmediate(() => callback(null, '127.0.0.1', 4));
    }
    function lookupAll(host, options, callback) {
      log('asked', host, options.all, options.family, options.hints);
      setImmediate(() => callback(null, [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }]));
    }
    const names = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout', 'connect', 'error', 'close'];
    const single = net.connect({ port: port, host: 'one.test', lookup: lookupOne, family: 4 });
    watch(single, 'single', ...names);
    log('attempted', single.autoSelectFamilyAttemptedAddresses);
    function second(hadError) {
      log('attempted', single.autoSelectFamilyAttemptedAddresses);
      const several = net.connect({ port: port, host: 'several.test', lookup: lookupAll });
      watch(several, 'several', ...names);
      several.on('connect', () => log('attempted', several.autoSelectFamilyAttemptedAddresses));
      several.resume();
      several.on('close', (hadError) => server.close());
    }
    single.resume();
    single.on('close', second);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
