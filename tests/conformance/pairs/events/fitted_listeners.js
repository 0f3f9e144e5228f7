// Listeners that take fewer or more arguments than their event passes: functions of a program, of any length.
// why: Most listeners of a program leave out what they do not need, as close without hadError; each would be a TypeError.
// rows: 5.event.data 5.event.close 5.event.end 5.event.error 4.event.connection 4.event.close 4.getConnections 4.close
const { log, net } = require('../../tracing');
const server = net.createServer();
function onConnection(socket, more) {
  log('connection', socket, more);
  socket.on('data', () => log('data without'));
  socket.on('data', (chunk, more) => log('data and more', chunk, more));
  socket.on('data', (...all) => log('data in all', all.length));
  socket.on('data', (chunk, more = 'default') => log('data and a default', chunk, more));
  socket.once('end', (more) => log('end and more', more));
  socket.on('close', () => log('close without'));
  socket.on('close', (hadError, more) => log('close and more', hadError, more));
  socket.on('close', onClose);
  socket.write('a', () => log('written without'));
  socket.end('b', (more) => log('ended', more));
}
server.on('connection', onConnection);
server.listen(0, '127.0.0.1', (more) => {
  log('listening', more);
  const client = net.connect(server.address().port, '127.0.0.1', (more) => log('connected', more));
  client.resume();
  client.on('ready', (more) => log('ready', more));
  client.on('close', onClose);
  client.end('x');
});
let closed = 0;
function onClose() {
  if (++closed < 2) return;
  server.getConnections((error, count, more) => log('connections', error, count, more));
  server.getConnections(() => log('connections without'));
  server.close((error) => {
    log('closed', error);
    server.close((error, more) => log('closed again', error, more));
    server.close(() => log('closed again without'));
  });
}
