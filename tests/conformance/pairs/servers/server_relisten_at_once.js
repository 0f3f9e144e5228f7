// close() and listen() again in the same breath, with no connection and with one.
// why: close() frees the handle at once while its event is still owed, so listen() in the same breath succeeds.
// rows: 4.close 4.event.close
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
server.on('listening', () => log('listening', server.address().family));
server.on('close', () => log('close', server.listening));
server.once('listening', () => {
  server.close(() => log('close callback'));
  server.listen(0, '::1', () => {
    log('second callback');
    server.close(() => log('last callback'));
  });
  log('after', server.listening);
});
server.listen(0, '127.0.0.1');
