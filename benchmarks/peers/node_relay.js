// A relay on Node's net: PORT UPSTREAM.
'use strict';
const net = require('net');

const upstream = Number(process.argv[3]);
net.createServer({ allowHalfOpen: true }, (client) => {
  const server = net.connect({ port: upstream, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
  client.pipe(server);
  server.pipe(client);
}).listen(Number(process.argv[2]), '127.0.0.1');
