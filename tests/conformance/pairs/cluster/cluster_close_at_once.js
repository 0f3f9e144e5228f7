// A listen() that is closed before the primary answered only closes.
// why: The answer of the primary arrives after close(); a port that served it would leave a listener open that the program has closed.
// rows: 4.close 4.event.listening c.event.listening
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on('listening', (address) => log('listening', address));
  worker.on('message', (message) => log('message', message));
  worker.on('exit', (code) => log('exit', code));
} else {
  const server = net.createServer();
  server.on('listening', () => process.send('listening'));
  server.listen(0, '127.0.0.1');
  server.close((error) => {
    process.send(['closed', error && error.code, server.listening]);
    setTimeout(() => cluster.worker.disconnect(), 50);
  });
  process.send(['closing', server.listening]);
}
