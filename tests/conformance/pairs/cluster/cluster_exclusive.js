// With exclusive a worker binds for itself: the second gets EADDRINUSE, and so does who shares.
// why: exclusive binds in the worker itself, so a second bind collides in the kernel, whether the other one shares or not.
// rows: 4.exclusive 4.listen.options.exclusive 4.event.error
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const first = cluster.fork();
  first.on('listening', () => log('not told'));
  first.on('message', (port) => {
    log('first', port);
    cluster.fork({ PORT: port, EXCLUSIVE: 'yes' }).on('message', (message) => {
      log('exclusive', message);
      cluster.fork({ PORT: port }).on('message', (message) => {
        log('shared', message);
        first.on('exit', (code, signal) => log('exit', code, signal));
        cluster.disconnect(() => first.kill());
      });
    });
  });
} else {
  const server = net.createServer();
  const { PORT, EXCLUSIVE } = process.env;
  server.on('error', (error) => process.send([error.code, error.message, error.syscall, error.address, error.port, server.listening]));
  server.listen({ port: Number(PORT || 0), host: '127.0.0.1', exclusive: !PORT || EXCLUSIVE === 'yes' },
    () => process.send(server.address().port));
}
