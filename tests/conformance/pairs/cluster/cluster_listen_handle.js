// A handle is listened on as it is, and the primary is not asked.
// why: A handle needs no address from the primary, and asking for one would emit listening for a port that was never requested.
// rows: 4.listen.handle c.handle.server 4.exclusive
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on('listening', (address) => log('told', address));
  const server = net.createServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    worker.send('server', server);
    worker.on('message', (message) => {
      log('message', message);
      if (message !== 'ready') return;
      server.close();
      const client = net.connect(port, '127.0.0.1');
      client.on('data', (data) => log('data', data));
      client.on('close', () => worker.kill());
    });
  });
  worker.on('exit', (code, signal) => log('exit', code, signal));
} else {
  process.on('message', (message, server) => {
    const other = net.createServer((socket) => socket.end('the other'));
    other.listen(server, () => {
      process.send(['listening', other.listening, other.address().port === server.address().port]);
      process.send('ready');
    });
    process.send(['returned', other.listening]);
  });
}
