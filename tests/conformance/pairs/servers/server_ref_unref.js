// ref() and unref() return the server, may be repeated, and work before listen and after close.
// why: ref and unref are flags, not counters: two unrefs are undone by one ref.
// rows: 4.ref 4.unref
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
log('before listen', server.unref() === server, server.unref() === server, server.ref() === server, server.ref() === server);
server.listen(0, '127.0.0.1', () => {
  log('listening', server.unref() === server, server.unref() === server);
  log('again', server.ref() === server, server.ref() === server);
  server.close(() => log('closed', server.ref() === server, server.unref() === server));
  log('closing', server.unref() === server);
});
