// A socket file that nobody serves is not replaced: EADDRINUSE to a server, ECONNREFUSED to a client.
// why: After a crash the file remains; replacing it without being asked could cut off a server that is alive.
// rows: 1.4 4.event.error 8.7
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

function connectToIt() {
  const client = net.connect('b.sock');
  client.on('connect', () => log('client connect'));
  client.on('error', (error) => log('client error', error));
  client.on('close', (failed) => {
    log('client close', failed);
    log('b.sock', fs.existsSync('b.sock'));
    fs.unlinkSync('b.sock');
    second.listen('b.sock');
  });
}

const second = net.createServer();
second.on('listening', () => {
  log('second listening', second.address());
  second.close();
});
second.on('close', () => log('second close', fs.existsSync('b.sock')));
second.on('error', (error) => {
  log('second error', error);
  connectToIt();
});

const first = net.createServer();
first.listen('a.sock', () => {
  fs.linkSync('a.sock', 'b.sock');
  first.close();
});
first.on('close', () => {
  log('first close', fs.existsSync('a.sock'), fs.existsSync('b.sock'));
  second.listen('b.sock');
});
