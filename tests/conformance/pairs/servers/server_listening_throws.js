// An exception in the listening callback ends the program.
// why: A bug in the start-up callback must end the program with that exception; the server must not go on serving.
// rows: 8.9 4.event.listening
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
server.on('error', () => log('never'));
server.on('close', () => log('never'));
server.on('listening', () => log('first listener'));
server.listen(0, '127.0.0.1', () => {
  setTimeout(() => log('never'), 200);
  process.nextTick(() => log('never'));
  log('callback', server.listening);
  throw new TypeError('the callback failed');
});
server.on('listening', () => log('never'));
log('listen returned');
