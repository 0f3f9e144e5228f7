// An error event with no listener ends the program with that error.
// why: A server that failed to bind without a handler must end the program, not keep it waiting for clients.
// rows: 8.9 4.event.error
'use strict';
const { log, net } = require('../../tracing');

const first = net.createServer();
first.listen(0, '127.0.0.1', () => {
  const second = net.createServer();
  second.on('close', () => log('never'));
  second.listen(first.address().port, '127.0.0.1', () => log('never'));
  setImmediate(() => setTimeout(() => log('never'), 500));
  log('waiting');
});
