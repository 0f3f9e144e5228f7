// The same over IPv6: addresses of both ends.
// why: IPv6 addresses must come without brackets or zones and with family 'IPv6' at both ends.
// rows: 4.event.connection 4.address 4.listen.options.host
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('server local', socket.localAddress, socket.localFamily, socket.localPort === server.address().port);
  log('server remote', socket.remoteAddress, socket.remoteFamily);
  socket.on('data', (data) => log('server data', data));
  socket.on('end', () => log('server end'));
  socket.on('close', (failed) => log('server socket close', failed, socket.localAddress, socket.remoteAddress));
});
server.listen({ host: '::1', port: 0 }, () => {
  const { address, family } = server.address();
  log('address', address, family);
  const client = net.connect(server.address().port, '::1');
  const lines = [];
  client.on('connect', () => {
    lines.push(['client local', client.localAddress, client.localFamily]);
    lines.push(['client remote', client.remoteAddress, client.remoteFamily, client.remotePort === server.address().port]);
    client.end('six');
  });
  client.on('close', (failed) => {
    lines.push(['client close', failed]);
    server.close(() => setImmediate(() => {
      for (const line of lines) log(...line);
    }));
  });
});
