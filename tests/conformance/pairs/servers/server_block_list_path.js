// A block list says nothing of Unix sockets.
// why: Unix peers have no address, so even a list that blocks all addresses must let them in.
// rows: 4.option.blockList 1.1 2.use.server
'use strict';
const { log, net } = require('../../tracing');

const list = new net.BlockList();
list.addSubnet('0.0.0.0', 0);
list.addSubnet('::', 0, 'ipv6');
const server = net.createServer({ blockList: list }, (socket) => {
  log('connection', list.rules);
  socket.end('welcome');
});
server.on('drop', () => log('drop'));
server.listen('s.sock', () => {
  const client = net.connect({ path: 's.sock' });
  client.on('data', (data) => log('data', data));
  client.on('close', (failed) => server.close(() => log('closed', failed)));
});
