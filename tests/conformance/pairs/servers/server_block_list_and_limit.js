// maxConnections comes before the block list: a blocked peer over the limit is a drop.
// why: The limit is checked first, so a blocked peer over the limit counts as drop.
// rows: 4.option.blockList 4.maxConnections 4.event.drop 8.10
'use strict';
const { log, net } = require('../../tracing');

const list = new net.BlockList();
list.addAddress('127.0.0.1');
const server = net.createServer({ blockList: list }, () => log('never'));
server.on('drop', (data) => log('drop', data.remoteAddress, data.remotePort));

function visit(label, done) {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1' });
  client.on('error', (error) => log('error', error.code));
  client.resume();
  client.on('close', (failed) => {
    log(label, failed, client.bytesRead);
    done();
  });
}

server.listen(0, '127.0.0.1', () => {
  visit('blocked', () => {
    server.maxConnections = 0;
    visit('dropped', () => server.close(() => log('closed')));
  });
});
