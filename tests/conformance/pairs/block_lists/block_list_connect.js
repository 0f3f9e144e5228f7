// A socket does not dial what its block list holds: an attempt, then the error, and nobody at the server.
// why: The block list is what keeps a client from dialing internal addresses, so no byte may reach the server, mapped spellings included.
// rows: 2.use.connect 6.option.blockList 5.event.connectionAttempt 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

const blockList = new net.BlockList();
blockList.addSubnet('127.0.0.0', 8);
const server = net.createServer((socket) => {
  log('connection', socket.remoteAddress);
  socket.destroy();
});
server.on('close', () => log('server close'));

function dial(label, host, done) {
  const client = net.connect({ port: server.address().port, host, blockList });
  watch(client, label, 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'ready', 'error', 'end');
  client.on('close', (failed) => {
    log(`${label} close`, failed, client.destroyed, client.bytesWritten);
    done();
  });
  log(`${label} write`, client.write('lost', (error) => log(`${label} write done`, error)));
  client.resume();
}

server.listen(0, '::', () => {
  dial('ipv4', '127.0.0.1', () => {
    dial('mapped', '::ffff:127.0.0.1', () => {
      blockList.addAddress('::1', 'ipv6');
      dial('ipv6', '::1', () => server.close());
    });
  });
});
