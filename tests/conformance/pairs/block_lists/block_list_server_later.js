// A rule that is added while the server listens counts from the next connection on; nobody is told.
// why: Servers add rules while they run (a ban); the list is consulted at each accept, not copied when the server is made.
// rows: 2.use.server 4.option.blockList 8.10
'use strict';
const { log, net, watch } = require('../../tracing');

const blockList = new net.BlockList();
blockList.addAddress('127.0.0.9');
const server = net.createServer({ blockList }, (socket) => {
  log('connection', socket.remoteAddress);
  socket.end('hello');
  socket.resume();
});
watch(server, 'server', 'drop', 'error');
server.on('close', () => log('server close'));

function visit(label, localAddress, done) {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', localAddress });
  client.on('connect', () => log(`${label} connect`));
  client.on('data', (data) => log(`${label} data`, data));
  client.on('end', () => log(`${label} end`));
  client.on('error', (error) => log(`${label} error`, error.code, error.syscall));
  client.on('close', (failed) => {
    log(`${label} close`, failed);
    done();
  });
}

server.listen(0, '0.0.0.0', () => {
  visit('first', '127.0.0.1', () => {
    visit('blocked', '127.0.0.9', () => {
      blockList.addSubnet('127.0.0.0', 30);
      log('rule added', blockList.check('127.0.0.1'));
      visit('later', '127.0.0.1', () => {
        visit('outside', '127.0.0.5', () => server.close());
      });
    });
  });
});
