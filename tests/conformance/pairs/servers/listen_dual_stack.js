// Without a host IPv4 clients come in as mapped addresses, IPv6 clients as their own.
// why: Without a host one socket serves both families; access rules see IPv4 peers as ::ffff: addresses.
// rows: 4.listen.options.host 4.event.connection 4.event.drop
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('connection', socket.localAddress, socket.localFamily, socket.remoteAddress, socket.remoteFamily);
  socket.end('hello');
});
server.on('drop', (data) => log('drop', data.localAddress, data.localFamily, data.remoteAddress, data.remoteFamily));

function visit(host, done) {
  const client = net.connect({ port: server.address().port, host });
  const lines = [];
  client.on('connect', () => lines.push([client.localAddress, client.remoteAddress, client.remoteFamily]));
  client.on('data', (data) => log('data', data));
  client.on('close', () => {
    for (const line of lines) log('client', ...line);
    done();
  });
}

server.listen(0, () => {
  visit('127.0.0.1', () => visit('::1', () => {
    server.maxConnections = 0;
    visit('127.0.0.1', () => server.close(() => log('closed')));
  }));
});
