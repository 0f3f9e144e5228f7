// A path longer than the kernel takes is an error event, never truncated.
// why: A truncated path binds or connects to another name than the program asked for.
// rows: 1.2 4.event.error 8.7
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

const path = 'x'.repeat(200);

function tryConnect() {
  const client = net.connect(path);
  client.on('connect', () => log('client connect'));
  client.on('error', (error) => log('client error', error.code, error.syscall, error.address.length, client.destroyed));
  client.on('close', (failed) => {
    log('client close', failed);
    log('files', fs.readdirSync('.'));
  });
  log('connect returned', client.connecting);
}

const server = net.createServer();
server.on('listening', () => log('server listening'));
server.on('close', () => log('server close'));
server.on('error', (error) => {
  log('server error', error.code, error.syscall, error.address.length, server.listening);
  tryConnect();
});
log('listen returned', server.listen(path) === server);
