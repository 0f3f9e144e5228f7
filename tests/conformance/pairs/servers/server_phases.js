// Around one connection: ticks first, then immediates, then timers; what they add waits its turn.
// why: Work is deferred by tick, immediate or timer on purpose; swapping two of them reorders a protocol.
// rows: 8.8 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  setTimeout(() => log('timeout'), 400);
  setImmediate(() => {
    log('immediate');
    process.nextTick(() => log('tick of the immediate'));
    setImmediate(() => log('immediate of the immediate'));
  });
  setImmediate(() => log('second immediate'));
  process.nextTick(() => {
    log('tick');
    process.nextTick(() => log('tick of the tick'));
    setImmediate(() => log('immediate of the tick'));
  });
  socket.destroy();
  socket.on('close', () => {
    log('socket close');
    process.nextTick(() => log('tick of close'));
    server.close(() => log('server close'));
  });
  log('listener returns');
});
server.listen('s.sock', () => {
  const client = net.connect('s.sock');
  client.resume();
});
