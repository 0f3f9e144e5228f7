// A socket over a BoundSocket is open and not pending; what is sent or read before a connect fails.
// why: Code that asks pending instead of waiting for connect writes into nothing.
// rows: b.Socket 5.pending 5.readyState 5.write 5.destroy
'use strict';
const { log, net, watch } = require('../../tracing');

const cases = {
  write: (socket) => log('write', socket.write('x', (error) => log('callback', error))),
  resume: (socket) => socket.resume(),
  data: (socket) => socket.on('data', () => log('data')),
  end: (socket) => socket.end(),
  destroy: (socket) => socket.destroy(),
  'destroy with an error': (socket) => socket.destroy(new Error('enough')),
  soon: (socket) => socket.destroySoon(),
  reset: (socket) => log('reset', socket.resetAndDestroy() === socket),
};
const names = Object.keys(cases);
function next() {
  const name = names.shift();
  if (name === undefined) return;
  log('case', name);
  const bound = new net.BoundSocket({ host: '127.0.0.1' });
  const own = bound.address().port;
  const socket = new net.Socket({ handle: bound });
  log('socket', socket.pending, socket.connecting, socket.readyState, socket.destroyed, socket.readable, socket.writable);
  log('ends', socket.localPort === own, socket.localAddress, socket.localFamily, socket.remotePort, socket.remoteAddress);
  watch(socket, 'socket', 'end', 'finish', 'error');
  socket.on('close', (hadError) => {
    log('close', hadError, socket.localPort);
    new net.BoundSocket({ host: '127.0.0.1', port: own }).close();
    next();
  });
  cases[name](socket);
  if (name === 'end') socket.on('finish', () => setImmediate(() => socket.destroy()));
}
next();
