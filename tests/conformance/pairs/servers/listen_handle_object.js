// Anything with a _handle can be listened at; closing one of two servers closes what they share.
// why: Servers may share one handle, and in Node closing either closes it for both.
// rows: 4.listen.handle 4.close 4.listening
'use strict';
const { log, net } = require('../../tracing');

const first = net.createServer(() => log('never'));
first.on('close', () => log('first close'));
first.listen(0, '127.0.0.1', () => {
  const port = first.address().port;
  const second = net.createServer((socket) => socket.end('second'));
  second.on('listening', () => log('second event', second.address()));
  const returned = second.listen({ _handle: first._handle }, () => {
    log('second callback', second.listening, first.listening);
    const client = net.connect(port, '127.0.0.1');
    client.on('data', (data) => log('data', data));
    client.on('close', () => second.close(() => {
      log('second closed', second.listening);
      const late = net.connect(port, '127.0.0.1');
      late.on('error', (error) => log('late error', error.code));
      late.on('close', () => first.close((error) => log('first callback', error)));
    }));
  });
  log('returned', returned === second, second.listening);
});
