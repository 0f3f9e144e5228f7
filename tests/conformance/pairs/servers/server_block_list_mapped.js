// A dual-stack server meets an IPv4 peer as a mapped address, and the IPv4 rule holds.
// why: Without a host IPv4 peers are seen as mapped addresses; an IPv4 rule that missed them would block no one.
// rows: 4.option.blockList 2.use.server 8.10
'use strict';
const { log, net, watch } = require('../../tracing');

const list = new net.BlockList();
list.addAddress('127.0.0.1', 'ipv4');
const server = net.createServer({ blockList: list }, (socket) => {
  log('connection', socket.remoteAddress, socket.remoteFamily);
  socket.end('hello');
});
watch(server, 'server', 'drop', 'error');

function visit(host, done) {
  const client = net.connect({ port: server.address().port, host });
  client.on('data', (data) => log(`${host} data`, data));
  client.on('error', (error) => log(`${host} error`, error.code));
  client.on('close', (failed) => {
    log(`${host} close`, failed);
    done();
  });
}

server.listen(0, () => {
  visit('127.0.0.1', () => visit('::1', () => server.close(() => log('closed'))));
});
