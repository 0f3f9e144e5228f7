// exclusive changes nothing outside a cluster: the second taker of a port gets EADDRINUSE.
// why: exclusive matters between workers of a cluster only; elsewhere it must neither allow nor forbid sharing.
// rows: 4.exclusive 4.listen.options.exclusive 4.event.error
'use strict';
const { log, net } = require('../../tracing');

const cases = [[true, true], [false, true], [true, false], [false, false]];

function next() {
  if (cases.length === 0) return;
  const [one, two] = cases.shift();
  const first = net.createServer();
  const second = net.createServer();
  first.listen({ port: 0, host: '127.0.0.1', exclusive: one }, () => {
    log('first', one, first.listening);
    second.on('listening', () => log('never'));
    second.on('error', (error) => {
      log('second', two, error.code, error.syscall, error.address);
      first.close(next);
    });
    second.listen({ port: first.address().port, host: '127.0.0.1', exclusive: two });
  });
}

next();
