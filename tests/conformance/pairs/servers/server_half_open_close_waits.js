// close() waits for a half-open connection until both directions have ended.
// why: A half-open connection is still open: closing the server at the client's FIN would cut the answer.
// rows: 4.close 4.event.close 4.option.allowHalfOpen 8.2
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  server.close();
  socket.on('end', () => {
    log('server end', socket.readyState, socket.destroyed);
    server.getConnections((error, count) => {
      log('still open', error, count);
      socket.end('goodbye');
    });
  });
  socket.on('finish', () => log('server finish'));
  socket.on('close', (failed) => log('server socket close', failed));
  socket.resume();
});
server.on('close', () => log('server close'));
server.listen('s.sock', () => {
  const client = net.connect({ path: 's.sock', allowHalfOpen: true });
  const lines = [];
  client.on('data', (data) => lines.push(['client data', data]));
  client.on('end', () => lines.push(['client end', client.readyState]));
  client.on('close', (failed) => lines.push(['client close', failed]));
  client.end();
  process.on('exit', () => {
    for (const line of lines) log(...line);
  });
});
