// The connect listener runs once, with the socket as the thing that connected, after listeners added earlier by hand.
// why: The listener of connect() is once(): on a socket that reconnects it must not run again for the second connection.
// rows: 6.factory 5.event.connect 5.event.ready 8.8
const { log, net } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const socket = new net.Socket();
  let rounds = 0;
  socket.on('connect', (...values) => log('by hand', values, rounds));
  socket.connect(port, '127.0.0.1', (...values) => {
    log('listener', values);
    process.nextTick(() => log('tick of the listener'));
  });
  socket.on('connect', () => log('added later'));
  socket.on('ready', (...values) => log('ready', values, socket.listenerCount('connect')));
  socket.resume();
  socket.on('close', () => {
    rounds += 1;
    if (rounds === 1) socket.connect({ port, host: '127.0.0.1' });
    else server.close();
  });
});
