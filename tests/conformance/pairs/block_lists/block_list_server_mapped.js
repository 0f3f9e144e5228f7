// On a dual-stack server the rules for IPv4 meet IPv4 clients, whose addresses are mapped ones.
// why: Without a host a server listens on ::, and IPv4 peers come in mapped; rules written for IPv4 must still meet them.
// rows: 2.use.server 4.option.blockList
'use strict';
const { log, net } = require('../../tracing');

const blockList = new net.BlockList();
blockList.addRange('127.0.0.2', '127.0.0.3');
const server = net.createServer({ blockList }, (socket) => {
  log('connection', socket.remoteAddress, socket.remoteFamily);
  socket.end('hello');
  socket.resume();
});
server.on('drop', (data) => log('server drop', data));
server.on('close', () => log('server close'));

function visit(host, localAddress, done) {
  const client = net.connect({ port: server.address().port, host, localAddress });
  client.on('connect', () => log(`${localAddress} connect`));
  client.on('data', (data) => log(`${localAddress} data`, data));
  client.on('error', (error) => log(`${localAddress} error`, error.code, error.syscall));
  client.on('close', (failed) => {
    log(`${localAddress} close`, failed);
    done();
  });
}

server.listen(0, '::', () => {
  visit('127.0.0.1', '127.0.0.2', () => {
    visit('127.0.0.1', '127.0.0.4', () => {
      visit('::1', '::1', () => {
        blockList.addAddress('::1', 'ipv6');
        visit('::1', '::1', () => server.close());
      });
    });
  });
});
