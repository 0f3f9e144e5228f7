// The server ends first: with allowHalfOpen on the client's side it still hears what the client says.
// why: A server may say goodbye first and still hear the client, if the client keeps its side open.
// rows: 8.2 4.option.allowHalfOpen 5.end
'use strict';
const { log, net } = require('../../tracing');

const lines = [];
const server = net.createServer((socket) => {
  socket.on('data', (data) => log('server data', data, socket.readyState));
  socket.on('finish', () => log('server finish', socket.readyState));
  socket.on('end', () => log('server end', socket.readyState));
  socket.on('close', (failed) => log('server socket close', failed, socket.bytesRead, socket.bytesWritten));
  log('end', socket.end('my last words') === socket, socket.readyState);
});
server.listen('s.sock', () => {
  const client = net.connect({ path: 's.sock', allowHalfOpen: true });
  client.on('data', (data) => lines.push(['client data', data]));
  client.on('end', () => {
    lines.push(['client end', client.readyState]);
    client.end('but I go on');
  });
  client.on('error', (error) => lines.push(['client error', error.code]));
  client.on('close', (failed) => {
    lines.push(['client close', failed]);
    server.close();
  });
});
process.on('exit', () => {
  for (const line of lines) log(...line);
});
