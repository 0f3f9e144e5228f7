// A port alone is bound inside listen(); listening still waits for a tick.
// why: The port is bound when listen() returns, yet listening waits, so listeners added after the call are called.
// rows: 4.event.listening 4.address 8.8 4.listen.options.port
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
process.nextTick(() => log('tick before listen'));
server.listen(0, () => log('callback', server.listening));
log('bound at once', server.listening, server.address().family, server.address().port > 0);
process.nextTick(() => {
  log('tick after listen');
  server.close(() => log('closed'));
});
setImmediate(() => log('immediate', server.listening));
