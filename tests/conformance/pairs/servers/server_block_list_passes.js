// A block list without a rule for the peer lets it in; rules added later count from then on.
// why: An address without a rule passes, and bans that are added at run time count from the next accept.
// rows: 4.option.blockList 2.use.server 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

const list = new net.BlockList();
list.addRange('10.0.0.1', '10.0.0.10');
const server = net.createServer({ blockList: list }, (socket) => {
  log('connection', socket.remoteAddress, list.rules);
  socket.end('welcome');
});
server.on('drop', (data) => log('drop', data));

function visit(label, done) {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1' });
  let received = '';
  client.on('data', (data) => {
    received += data.toString('latin1');
  });
  client.on('close', (failed) => {
    log(label, received, failed);
    done();
  });
}

server.listen(0, '127.0.0.1', () => {
  visit('first', () => {
    list.addSubnet('127.0.0.0', 8);
    visit('second', () => {
      log('rules', list.rules);
      server.close(() => log('closed'));
    });
  });
});
