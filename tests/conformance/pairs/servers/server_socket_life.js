// All the events of one accepted socket, in order.
// why: The full sequence of events is what a state machine on top of a socket is written against.
// rows: 4.event.connection 8.1 5.event.end 5.event.close
'use strict';
const { log, net, watch } = require('../../tracing');

const names = ['connect', 'ready', 'lookup', 'resume', 'pause', 'data', 'end', 'finish', 'drain', 'error', 'timeout', 'close'];
const server = net.createServer((socket) => {
  watch(socket, 'socket', ...names);
  log('start', socket.connecting, socket.pending, socket.readable, socket.writable, socket.readyState);
  socket.on('data', () => {
    log('after data', socket.bytesRead, socket.readableFlowing);
    socket.end('done');
    log('after end', socket.readyState, socket.writable, socket.bytesWritten);
  });
  socket.on('close', () => log('state', socket.readyState, socket.destroyed, socket.readableEnded, socket.writableFinished, socket.closed));
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => client.write('hi'));
  client.resume();
  client.on('close', () => server.close());
});
