// disconnect() of a worker closes its servers, then the channel, and then the worker ends.
// why: exitedAfterDisconnect decides whether a supervisor forks a replacement; it must be set before disconnect and exit are emitted.
// rows: c.Worker.disconnect c.Worker.exitedAfterDisconnect c.Worker.event.disconnect c.Worker.event.exit
'use strict';
const { cluster, log, net, process, watch } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  watch(worker, 'worker', 'message', 'disconnect', 'exit');
  watch(cluster, 'cluster', 'disconnect', 'exit');
  worker.on('listening', () => {
    log('returned', worker.disconnect() === worker, worker.exitedAfterDisconnect, worker.isConnected());
  });
  worker.on('disconnect', () => log('state', worker.isConnected(), worker.isDead(), worker.exitedAfterDisconnect));
} else {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  server.on('close', () => process.send(['server closed', server.listening, cluster.worker.exitedAfterDisconnect]));
  process.on('exit', () => {});
}
