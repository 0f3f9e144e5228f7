// The count of connections as a member; Node keeps it only under its old private name.
// why: Old programs poll the count; it rises before the connection event and falls with the socket's handle.
// rows: 4.connections 4.getConnections
'use strict';
const { log, net } = require('../../tracing');

// What older manuals call server.connections.
const connections = (server) => server._connections;
const server = net.createServer((socket) => {
  log('connection', connections(server));
  socket.resume();
  socket.on('end', () => log('end', connections(server)));
  socket.on('close', () => log('socket close', connections(server)));
});
log('before listen', connections(server));
server.on('close', () => log('close', connections(server)));
server.listen(0, '127.0.0.1', () => {
  log('listening', connections(server));
  const client = net.connect(server.address().port, '127.0.0.1', () => client.end('x'));
  client.on('close', () => server.close());
});
