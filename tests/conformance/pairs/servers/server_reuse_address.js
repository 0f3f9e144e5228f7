// A port whose connections the server itself ended can be taken again at once: SO_REUSEADDR.
// why: The side that closes first keeps TIME_WAIT; without SO_REUSEADDR a restart fails for a minute.
// rows: 4.listen.options.port 4.close 4.event.listening
'use strict';
const { log, net } = require('../../tracing');

let port = 0;
let rounds = 0;
const server = net.createServer((socket) => socket.end(`round ${rounds}`));
server.on('error', (error) => log('error', error.code));
server.on('listening', () => {
  rounds += 1;
  port = server.address().port;
  log('listening', rounds, port);
  const client = net.connect(port, '127.0.0.1');
  client.on('data', (data) => log('data', data));
  client.on('close', (failed) => {
    log('client close', failed);
    server.close();
  });
});
server.on('close', () => {
  log('close');
  if (rounds < 4) server.listen(port, '127.0.0.1');
});
server.listen(0, '127.0.0.1');
