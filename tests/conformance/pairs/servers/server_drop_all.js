// maxConnections 0 drops every connection, on IPv6 too.
// why: maxConnections 0 is how a server is drained: it refuses every newcomer and keeps listening.
// rows: 4.maxConnections 4.event.drop
'use strict';
const { log, net, watch } = require('../../tracing');

const server = net.createServer(() => log('connection'));
server.maxConnections = 0;
watch(server, 'server', 'connection', 'drop', 'close');
server.listen(0, '::1', () => {
  const client = net.connect({ port: server.address().port, host: '::1' });
  client.on('error', (error) => log('client error', error.code));
  client.on('close', (failed) => {
    server.getConnections((error, count) => log('connections', error, count));
    server.close(() => log('client close', failed));
  });
  client.resume();
});
