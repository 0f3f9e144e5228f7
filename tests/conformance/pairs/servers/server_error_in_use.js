// EADDRINUSE: an event after listen() returned, no close, no callback; the server may try again.
// why: The commonest start-up failure: one error event after the call, no close, and the server may try again.
// rows: 4.event.error 4.listen.options.port 8.7
'use strict';
const { log, net, watch } = require('../../tracing');

const first = net.createServer();
const second = net.createServer();
watch(second, 'second', 'listening', 'close');
second.on('error', (error) => {
  log('second error', error, second.listening, second.address());
  setImmediate(() => {
    log('no close came');
    first.close(() => {
      log('first closed');
      log('again', second.listen(error.port, '127.0.0.1', () => log('second callback')) === second);
    });
  });
});
second.once('listening', () => second.close());
first.listen(0, '127.0.0.1', () => {
  const returned = second.listen(first.address().port, '127.0.0.1', () => log('callback'));
  log('returned', returned === second, second.listening);
});
