// blockList refuses in silence: no connection, no drop, no error; the client only sees its connection end.
// why: A refused scanner must learn nothing and cost no event; its connection just ends.
// rows: 4.option.blockList 2.use.server 8.10 4.getConnections
'use strict';
const { log, net, watch } = require('../../tracing');

const list = new net.BlockList();
list.addAddress('127.0.0.1');
list.addSubnet('::1', 128, 'ipv6');

function exchange(host, done) {
  const server = net.createServer({ blockList: list });
  watch(server, 'server', 'connection', 'drop', 'error', 'listening', 'close');
  server.listen(0, host, () => {
    const client = net.connect({ port: server.address().port, host, autoSelectFamily: false });
    watch(client, 'client', 'connect', 'data', 'end', 'close');
    client.on('error', (error) => log('client error', error.code));
    client.on('close', () => {
      server.getConnections((error, count) => {
        log('connections', error, count, client.bytesRead);
        server.close(done);
      });
    });
    client.resume();
  });
}

exchange('127.0.0.1', () => exchange('::1', () => log('done')));
