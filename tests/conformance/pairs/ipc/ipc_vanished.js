// A client that is gone before it is accepted: the server meets it all the same, and its end.
// why: The kernel queues a connection whose client is gone already; the server must serve it as an ordinary one that ends.
// rows: 1.1 4.event.connection 8.1
'use strict';
const { log, net } = require('../../tracing');

const lines = [];
const server = net.createServer((socket) => {
  log('connection', socket.readyState, socket.destroyed);
  socket.on('data', () => log('never'));
  socket.on('end', () => log('server end'));
  socket.on('error', (error) => log('server error', error.code));
  socket.on('close', (failed) => {
    log('server socket close', failed);
    server.close();
  });
});
server.on('close', () => log('server close'));
server.listen('s.sock', () => {
  const client = net.connect('s.sock', () => lines.push(['never']));
  client.on('close', (...values) => lines.push(['client close', ...values]));
  client.on('error', (error) => lines.push(['client error', error]));
  lines.push(['destroy', client.destroy() === client, client.connecting, client.destroyed]);
});
process.on('exit', () => {
  for (const line of lines) log(...line);
});
