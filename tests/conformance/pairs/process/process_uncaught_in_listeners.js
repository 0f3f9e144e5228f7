// What a listener of a socket throws goes to uncaughtException; the socket goes on with the next chunk.
// why: One bad message must not stop the connection, nor the server.
// rows: 9.process.event.uncaughtException 5.event.data 4.event.connection
const { log, net } = require('../../tracing');
process.removeAllListeners('uncaughtException');
process.on('uncaughtException', (error, origin) => log('uncaught', error, origin));
process.on('exit', (code) => log('exit', code));
const server = net.createServer((socket) => {
  socket.on('data', (chunk) => {
    log('data', chunk);
    setImmediate(() => { log('immediate'); socket.write('z'); });
    process.nextTick(() => log('tick'));
    throw new Error('data');
  });
  socket.on('data', () => log('not called'));
  socket.on('end', () => { log('end'); server.close(() => log('closed')); });
  socket.on('close', () => log('close'));
  throw new Error('connection');
});
server.listen(0, '127.0.0.1', () => {
  let count = 0;
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('connect', () => setTimeout(() => client.write('a'), 20));
  client.on('data', () => { if (++count < 3) client.write('b'); else client.end(); });
  throw new Error('listening');
});
