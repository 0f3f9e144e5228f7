// With family autoselection an address that is blocked is passed over for the next one.
// why: A name with one blocked address is still reachable by its others, as if the blocked one had refused.
// rows: 2.use.connect 6.option.blockList 6.autoselect
'use strict';
const { log, net, watch } = require('../../tracing');

const blockList = new net.BlockList();
blockList.addAddress('::1', 'ipv6');
const server = net.createServer((socket) => {
  log('connection', socket.remoteAddress);
  socket.end();
  socket.resume();
});

function lookup(hostname, options, callback) {
  callback(null, [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }]);
}

function dial(label, done) {
  const client = net.connect({ port: server.address().port, host: 'host.test', lookup, blockList });
  watch(client, label, 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'end');
  client.on('close', (failed) => {
    log(`${label} close`, failed, client.autoSelectFamilyAttemptedAddresses);
    done();
  });
  client.resume();
}

server.on('close', () => log('server close'));
server.listen(0, '127.0.0.1', () => {
  dial('one of two', () => {
    blockList.addAddress('127.0.0.1');
    dial('both', () => server.close());
  });
});
