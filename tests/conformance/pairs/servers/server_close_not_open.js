// Closing a server that is not open: a close event all the same, the callback gets the error.
// why: Shutdown code closes without asking first; it gets close in any case and an error only in its callback.
// rows: 4.close 4.event.close
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
server.on('close', (...values) => log('close', ...values));
server.on('error', () => log('never'));
log('returned', server.close((error) => log('callback', error)) === server);
log('no callback', server.close() === server);
process.nextTick(() => log('tick'));
setImmediate(() => {
  log('again', server.close((error) => log('second callback', error.code)) === server);
  server.close('not a function');
  log('after');
});
