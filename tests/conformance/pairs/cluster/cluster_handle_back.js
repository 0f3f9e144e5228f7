// A worker sends a connection of its own to the primary, and a server too.
// why: Handles travel in both directions; a worker may hand a connection that it took, or a server that it bound, to the primary.
// rows: c.handle.socket c.handle.server c.process.send c.Worker.event.message
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  cluster.on('message', (from, message, handle) => log('cluster', from === worker, message, handle));
  worker.on('message', (message, handle) => {
    log('worker', message, handle);
    if (message === 'server') {
      const { port } = handle.address();
      handle.on('connection', (socket) => socket.end('from the primary'));
      worker.send(port);
    } else if (message === 'socket') {
      handle.on('data', (data) => log('data', data));
      handle.on('end', () => log('end'));
      handle.on('close', (failed) => {
        log('close', failed);
        worker.disconnect();
      });
    }
  });
  worker.on('disconnect', () => process.exit());
} else {
  const server = net.createServer();
  server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
    process.send('server', server);
    server.on('error', () => {});
  });
  process.on('message', (port) => {
    server.close();
    const client = net.connect(port, '127.0.0.1', () => process.send('socket', client));
  });
}
