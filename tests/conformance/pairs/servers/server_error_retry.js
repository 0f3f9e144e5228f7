// The manual's way to retry: close() and listen() again from the error listener.
// why: The manual's own recipe closes a server that never listened and listens again; that must not leak listeners or handles.
// rows: 4.event.error 4.close
'use strict';
const { log, net, watch } = require('../../tracing');

const first = net.createServer();
const second = net.createServer();
let tries = 0;
watch(second, 'second', 'listening', 'close');
second.on('error', (error) => {
  tries += 1;
  log('error', error.code, tries);
  if (tries === 2) first.close();
  setTimeout(() => {
    second.close();
    second.listen(error.port, error.address);
  }, 10);
});
second.on('listening', () => second.close(() => log('done', tries)));
first.listen(0, '127.0.0.1', () => second.listen(first.address().port, '127.0.0.1'));
