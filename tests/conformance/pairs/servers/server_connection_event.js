// connection: one Socket per client, each listener called in order with the server as its own.
// why: Every listener gets the same Socket, open and with its addresses, in order of registration.
// rows: 4.event.connection 4.getConnections 5.remotePort 5.localPort
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((...values) => log('first', values.length, values[0] instanceof net.Socket));
server.on('connection', (socket) => {
  log('second', socket.server === server, socket.readyState, socket.connecting, socket.pending);
  log('ends', socket.localAddress, socket.localPort === server.address().port, socket.localFamily);
  log('peer', socket.remoteAddress, socket.remotePort, socket.remoteFamily);
  log('address', socket.address());
  socket.end(String(socket.remotePort));
});
server.prependListener('connection', () => log('prepended'));
server.once('connection', () => log('once'));

function visit(done) {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1' });
  let own = null;
  client.on('connect', () => {
    own = client.localPort;
  });
  client.on('data', (data) => log('agree', data.toString('latin1') === String(own)));
  client.on('close', done);
}

server.listen(0, '127.0.0.1', () => {
  visit(() => visit(() => server.close(() => log('closed', server.listenerCount('connection')))));
});
