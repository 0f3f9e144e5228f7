// ref() undoes unref(): the server holds the program again until it closes.
// why: ref() after unref() must hold the program once more, or a server that is wanted again ends with it.
// rows: 4.ref 4.unref
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer(() => log('never'));
server.unref();
server.listen(0, '127.0.0.1', () => {
  log('listening');
  server.ref();
  server.unref();
  server.ref();
  const timer = setTimeout(() => {
    log('still here', server.listening);
    server.close(() => log('closed'));
  }, 30);
  timer.unref();
});
server.ref();
process.on('exit', () => log('exit', server.listening));
