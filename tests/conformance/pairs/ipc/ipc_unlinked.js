// The socket file is there once listen returned and gone once close returned; connections go on without it.
// why: The file exists as soon as listen() returns, so a supervisor can start clients, and is gone as soon as close() returns.
// rows: 1.4 4.close
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

let accepted = null;
const server = net.createServer((socket) => {
  accepted = socket;
  log('connection', server.listening);
  log('close returned', server.close(() => log('close callback')) === server);
  log('file after close', fs.existsSync('s.sock'), server.listening);
  socket.on('data', (data) => {
    log('server data', data);
    socket.end('bye');
  });
});
server.on('close', () => log('server close', accepted.destroyed));
server.listen('s.sock');
log('file after listen', fs.existsSync('s.sock'), fs.lstatSync('s.sock').isSocket());

const client = net.connect('s.sock');
const lines = [];
client.on('data', (data) => lines.push(['client data', data]));
client.on('end', () => lines.push(['client end']));
client.on('close', (failed) => lines.push(['client close', failed]));
client.on('connect', () => client.write('hello'));
process.on('exit', () => {
  for (const line of lines) log(...line);
  log('file at the end', fs.existsSync('s.sock'));
});
