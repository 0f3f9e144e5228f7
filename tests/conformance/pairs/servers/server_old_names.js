// Names of old programs: _connectionKey of a server, _connecting and _handle of a socket.
// why: Agents and pools of the npm kind still group servers by _connectionKey and wait while _connecting.
// rows: 4.listening 5.connecting
const { log, net } = require('../../tracing');

const places = [[0], ['0'], [{ port: 0, host: '127.0.0.1' }], [0, '0.0.0.0'], [0, '::1'], [0, 'localhost'], ['k.sock'], [0, '192.0.2.1']];
function sockets() {
  const socket = new net.Socket();
  log('new', socket._connecting, socket._handle === null);
  socket.on('error', () => log('error', socket._connecting));
  socket.on('close', () => log('close', socket._connecting));
  socket.connect(1, '127.0.0.1');
  log('called', socket._connecting);
}
function next() {
  const place = places.shift();
  if (place === undefined) return sockets();
  const server = net.createServer();
  server.on('error', (error) => { log('error', error.code, server._connectionKey); setImmediate(next); });
  server.on('close', () => { log('close', server._connectionKey); setImmediate(next); });
  server.listen(...place, () => { log('listening', server._connectionKey, server._connections); server.close(); });
  log('listen', place, server._connectionKey);
}
next();
