// A leading NUL is Linux' abstract namespace: nothing in the file system, gone with the last reference.
// why: The name lives in the kernel only: no file may appear, and after close a client is refused at once.
// rows: 1.3 4.address 4.close
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

const path = `\0anynet-${process.pid}`;
const server = net.createServer((socket) => {
  log('connection', socket.remoteAddress, socket.localAddress, socket.address());
  socket.end('from nowhere');
});

function again() {
  const client = net.connect(path);
  client.on('connect', () => log('second connect'));
  client.on('error', (error) => log('second error', error.code, error.syscall, error.address === path));
  client.on('close', (failed) => log('second close', failed));
}

server.on('close', () => {
  log('server close', server.listening);
  again();
});
server.listen(path, () => {
  log('address is the path', server.address() === path);
  log('files', fs.readdirSync('.'));
  const client = net.connect({ path });
  client.on('data', (data) => log('data', data));
  client.on('end', () => log('end'));
  client.on('close', (failed) => {
    log('close', failed, client.bytesRead);
    server.close();
  });
});
