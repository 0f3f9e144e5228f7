// Over maxConnections: drop with both ends of the refused connection, which just ends for the client.
// why: Operators log who was refused, so drop carries both ends; the client just sees its connection end.
// rows: 4.event.drop 4.maxConnections 8.10 4.getConnections
'use strict';
const { log, net } = require('../../tracing');

const held = [];
const server = net.createServer((socket) => {
  log('connection', held.push(socket));
  socket.resume();
});
server.maxConnections = 2;
server.on('drop', (data) => {
  log('drop', data);
  log('drop keys', Object.keys(data).length, data.localPort === server.address().port);
});
server.on('close', () => log('server close'));

function visit(done) {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1' });
  client.on('connect', () => done(client));
  return client;
}

server.listen(0, '127.0.0.1', () => {
  visit((one) => visit((two) => {
    const lines = [];
    const three = visit(() => lines.push(['three connect']));
    three.on('data', () => lines.push(['three data']));
    three.on('end', () => lines.push(['three end', three.bytesRead]));
    three.on('close', (failed) => {
      lines.push(['three close', failed]);
      for (const line of lines) log(...line);
      server.getConnections((error, count) => {
        log('connections', error, count);
        one.destroy();
        two.destroy();
        server.close();
      });
    });
    three.resume();
  }));
});
