// One descriptor can't be served twice in one program: an error event, and the first goes on.
// why: Two handles on one descriptor would close it under each other; the second must fail and leave the first alone.
// rows: 4.listen.options.fd 4.listen.handle 4.event.error
'use strict';
const { log, net } = require('../../tracing');

const first = net.createServer((socket) => socket.end('from the first'));
first.listen({ port: 0, host: '127.0.0.1' }, () => {
  const second = net.createServer(() => log('never'));
  second.on('listening', () => log('never'));
  second.on('error', (error) => {
    log('error', error.code, error.syscall, error.message, second.listening);
    const client = net.connect(first.address().port, '127.0.0.1');
    client.on('data', (data) => log('data', data));
    client.on('close', () => first.close(() => log('first closed')));
  });
  const returned = second.listen({ fd: first._handle.fd });
  log('returned', returned === second, second.listening);
});
