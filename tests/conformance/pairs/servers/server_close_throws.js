// An exception in a close callback ends the program.
// why: A bug in cleanup must end the program, not leave it hanging with the listener half closed.
// rows: 8.9 4.event.close
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
server.listen('s.sock', () => {
  setTimeout(() => log('never'), 200);
  server.close(() => {
    log('closing');
    throw new RangeError('the callback failed');
  });
  log('close returned');
});
