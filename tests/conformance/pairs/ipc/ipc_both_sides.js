// What both sockets of a Unix connection say of themselves.
// why: Unix sockets have no ports or addresses: undefined on both sides, and an empty object from address().
// rows: 1.1 4.event.connection 5.address
'use strict';
const { log, net } = require('../../tracing');

function describe(label, socket) {
  log(`${label} local`, socket.localAddress, socket.localPort, socket.localFamily);
  log(`${label} remote`, socket.remoteAddress, socket.remotePort, socket.remoteFamily);
  log(`${label} address`, socket.address(), socket.readyState, socket.pending);
}

const server = net.createServer();
server.on('connection', (socket) => {
  log('server of the socket', socket.server === server);
  describe('server', socket);
  socket.on('data', (data) => {
    log('server data', data);
    socket.end(data);
  });
  socket.on('end', () => log('server end'));
  socket.on('close', (failed) => log('server socket close', failed, socket.bytesRead, socket.bytesWritten));
});
server.listen({ path: 's.sock' }, () => {
  const lines = [];
  const client = net.connect('s.sock');
  client.on('connect', () => client.write('ping'));
  client.on('data', (data) => lines.push(['client data', data]));
  client.on('end', () => lines.push(['client end']));
  client.on('close', (failed) => {
    lines.push(['client close', failed, client.bytesRead, client.bytesWritten]);
    server.close(() => {
      log('server close');
      setImmediate(() => {
        for (const line of lines) log(...line);
      });
    });
  });
});
