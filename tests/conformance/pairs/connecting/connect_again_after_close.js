// One socket connected three times, each time after its close: states and counters begin anew.
// why: After close the same object must be writable again and count from zero, else a reconnecting client loses its first writes.
// rows: 6.reconnect 5.connect 5.bytesRead 5.bytesWritten
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end('hello'));
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const socket = new net.Socket();
  let rounds = 0;
  watch(socket, 'socket', 'connectionAttempt', 'connect', 'ready', 'data', 'end', 'finish', 'close');
  socket.connect(port, '127.0.0.1');
  socket.on('connect', () => log('connected', socket.bytesRead, socket.bytesWritten, socket.readyState));
  socket.on('close', () => {
    log('closed', socket.bytesRead, socket.bytesWritten, socket.destroyed, socket.closed, socket.pending);
    rounds += 1;
    if (rounds === 3) {
      server.close();
      return;
    }
    log('again', socket.connect(port, '127.0.0.1') === socket);
    log('state', socket.destroyed, socket.closed, socket.connecting, socket.readable, socket.writable, socket.bytesRead);
    if (rounds === 1) socket.write('more', (...values) => log('written', values));
  });
});
