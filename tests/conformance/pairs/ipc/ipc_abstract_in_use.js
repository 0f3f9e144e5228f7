// An abstract name in use is EADDRINUSE, and free again when its server closed.
// why: Abstract names collide like ports; a daemon's guard against a second instance relies on EADDRINUSE.
// rows: 1.3 4.event.error 8.7
'use strict';
const { log, net } = require('../../tracing');

const path = `\0anynet-use-${process.pid}`;
const first = net.createServer();
const second = net.createServer();
first.on('close', () => {
  log('first close');
  second.listen(path);
});
second.on('error', (error) => {
  log('second error', error.code, error.syscall, error.address === path, second.listening);
  first.close();
});
second.on('listening', () => {
  log('second listening', second.address() === path);
  second.close();
});
second.on('close', () => log('second close'));
first.listen(path, () => {
  log('first listening');
  second.listen(path);
  log('second listen returned', second.listening);
});
