// A place that becomes free is given to the next; maxConnections may change while running.
// why: The limit is looked at for each newcomer: a freed place, or a raised limit, counts at once.
// rows: 4.event.drop 4.maxConnections 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

let waiting = null;
const server = net.createServer((socket) => {
  log('connection');
  socket.end('in');
  socket.on('close', () => waiting());
});
server.on('drop', (data) => {
  log('drop', data.remoteAddress, data.remoteFamily);
  waiting();
});

function visit(label, done) {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1' });
  let received = '';
  let left = 2;
  waiting = () => {
    left -= 1;
    if (left > 0) return;
    log(label, received);
    done();
  };
  client.on('data', (data) => {
    received += data.toString('latin1');
  });
  client.on('close', () => waiting());
}

server.listen(0, '127.0.0.1', () => {
  server.maxConnections = 1;
  visit('one', () => visit('two', () => {
    server.maxConnections = 0;
    log('limit', server.maxConnections);
    visit('three', () => {
      server.maxConnections = undefined;
      visit('four', () => server.close(() => log('closed')));
    });
  }));
});
