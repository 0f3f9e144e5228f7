// The two ends of a named pipe as sockets: one is read, the other written, and its end is an end.
// why: Programs wrap the pipes that a supervisor gives them.
// rows: 5.option.fd 5.option.readable 5.option.writable
const { execSync } = require('node:child_process');
const fs = require('node:fs');
const { log, net, watch } = require('../../tracing');
execSync('mkfifo fifo');
const reading = fs.openSync('fifo', fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
const writing = fs.openSync('fifo', fs.constants.O_WRONLY);
const reader = new net.Socket({ fd: reading, readable: true, writable: false });
const writer = new net.Socket({ fd: writing, readable: false, writable: true });
for (const [name, socket] of [['reader', reader], ['writer', writer]]) {
  watch(socket, name, 'data', 'end', 'finish', 'error', 'connect', 'close');
  log(name, socket.readable, socket.writable, socket.readyState, socket.pending, socket.connecting);
  log(name, socket.address(), socket.localAddress, socket.remoteAddress, socket.allowHalfOpen);
}
log('write', writer.write('hello', () => log('written', writer.bytesWritten)));
setTimeout(() => { log('read', reader.bytesRead); writer.end('bye'); }, 20);
