// Bad options, and addresses that the system refuses: thrown by the constructor.
// why: What goes wrong with a bound socket is caught at the line that binds, not by an error listener.
// rows: b.errors b.constructor b.path
'use strict';
const { attempt, log, net } = require('../../tracing');

for (const options of [5, 'x', { host: 'localhost' }, { host: '' }, { host: '[::1]' }, { host: '127.0.0.1%x' }, { host: 5 }, { ipv6Only: 1 },
  { reusePort: 'x' }, { port: -1 }, { port: 65536 }, { port: 'x' }, { port: 1.5 }, { port: {} }, { host: '9.9.9.9' }, { host: 'fe80::1%lo' },
  { path: 5 }, { path: 'b', host: 'x' }, { path: 'b', port: 0 }, { path: 'b', ipv6Only: false }, { path: 'b', reusePort: true },
  { path: 'none/x' }, { path: 'x'.repeat(109) }, { path: 'a\0b' }, { path: '/' }])
  attempt('bind', () => new net.BoundSocket(options).close());
const taken = new net.BoundSocket({ path: 'taken' });
attempt('taken', () => new net.BoundSocket({ path: 'taken' }));
const name = '\0taken' + process.pid;
const abstract = new net.BoundSocket({ path: name });
attempt('abstract', () => new net.BoundSocket({ path: name }));
taken.close();
abstract.close();
const server = net.createServer().listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  for (const host of ['127.0.0.1', '0.0.0.0', '::'])
    attempt('in use', () => new net.BoundSocket({ host, port }));
  server.close();
});
