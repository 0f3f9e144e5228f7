// An unref'ed server: its connections hold the program as long as they last.
// why: unref() of a server concerns its listening only; connections that are open hold the program themselves.
// rows: 4.unref 5.unref 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('connection');
  socket.on('data', (data) => {
    log('server data', data);
    socket.end(data);
  });
  socket.on('close', (failed) => log('server socket close', failed));
});
server.on('close', () => log('never'));
server.listen(0, '127.0.0.1', () => {
  server.unref();
  const client = net.connect(server.address().port, '127.0.0.1');
  client.unref();
  client.on('connect', () => client.write('hello'));
  client.resume();
});
process.on('exit', () => log('exit'));
