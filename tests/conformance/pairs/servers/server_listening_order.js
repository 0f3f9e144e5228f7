// listening comes after listen returned, after its ticks, once; the callback is one of its listeners.
// why: The callback is a once listener for listening: it runs after those added before, and after the ticks of the call.
// rows: 4.event.listening 4.listening 8.7 8.8
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
server.on('listening', () => log('first listener', server.listening));
server.once('listening', () => log('once listener'));
const returned = server.listen({ port: 0, host: '127.0.0.1' }, (...values) => {
  log('callback', ...values);
  log('listeners left', server.listenerCount('listening'));
  process.nextTick(() => log('tick of the callback'));
  server.close(() => log('close callback'));
  log('after close', server.listening);
});
server.on('listening', () => log('last listener'));
server.on('close', () => log('close'));
log('returned', returned === server, server.listening, server.listenerCount('listening'));
process.nextTick(() => log('tick after listen', server.listening));
