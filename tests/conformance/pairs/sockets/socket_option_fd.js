// The fd option takes an open descriptor over: here a Unix socket that a child inherits.
// why: Inherited descriptors are how a parent hands a connection to a child; the socket is connected from the start.
// rows: 5.option.fd 5.option.readable 5.option.writable 5.readyState
'use strict';
const { log, net, watch } = require('../../tracing');
const { spawn } = require('node:child_process');

function child(fd) {
  const socket = new net.Socket({ fd: fd, readable: true, writable: true });
  log('child', socket.readyState, socket.pending, socket.connecting, socket.readable, socket.writable);
  log('address', socket.address(), socket.remoteAddress);
  watch(socket, 'child', 'connect', 'end', 'finish', 'close');
  function onData(data) {
    log('data', data, socket.bytesRead);
    socket.write(data);
  }
  socket.on('data', onData);
}
function parent() {
  const worker = spawn(process.execPath, [__filename, '3'], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  worker.stdio[3].on('data', (data) => worker.stdio[3].end());
  worker.stdio[3].write('over the descriptor');
}
function main() {
  if (process.argv[2]) {
    child(Number(process.argv[2]));
  } else {
    parent();
  }
}

main();
