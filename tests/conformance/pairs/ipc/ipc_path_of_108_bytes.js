// A path that fills the kernel's structure to the last byte, without a NUL behind it.
// why: The kernel takes 108 bytes without a final NUL; Python's socket module does not, and cutting the path would bind another name.
// rows: 1.2 4.event.error
// differs: A path has at most 107 bytes, since Python's socket module takes no longer one; Node binds 108.
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

function listen(length, done) {
  const server = net.createServer();
  server.on('error', (error) => {
    log(`${length} error`, error.code, error.syscall, server.listening);
    done();
  });
  server.on('close', () => {
    log(`${length} close`, fs.readdirSync('.').length);
    done();
  });
  server.listen('x'.repeat(length), () => {
    log(`${length} listening`, server.address().length, fs.readdirSync('.').length);
    server.close();
  });
  log(`${length} returned`);
}

listen(107, () => listen(108, () => listen(109, () => log('done'))));
