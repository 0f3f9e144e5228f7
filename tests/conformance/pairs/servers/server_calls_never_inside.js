// write, end, destroy, close in the connection listener all return before their callbacks run.
// why: The connection listener may write, end and close in one go; running their callbacks inside it would nest events.
// rows: 8.8 8.5 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  socket.on('finish', () => log('finish'));
  socket.on('close', (failed) => log('socket close', failed));
  log('write', socket.write('one', () => log('write callback')));
  process.nextTick(() => log('tick'));
  socket.end('two', () => log('end callback'));
  log('end returned', socket.writableEnded, socket.writableFinished);
  server.close(() => log('server close callback'));
  log('close returned');
});
server.listen(0, '127.0.0.1', () => {
  let received = '';
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('data', (data) => {
    received += data.toString('latin1');
  });
  process.on('exit', () => log('received', received));
});
