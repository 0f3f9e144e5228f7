// The life of a worker: what the cluster, the worker and its process tell, and in which order.
// why: Monitoring code hooks each of these events; an order of its own would show a worker as dead before it was online.
// rows: c.fork c.event.setup c.event.fork c.event.online c.event.disconnect c.event.exit c.Worker.isDead c.Worker.isConnected c.workers
'use strict';
const { cluster, log, process, watch } = require('../../tracing');
const path = require('node:path');

if (cluster.isPrimary) {
  log('before', cluster.workers, cluster.worker, cluster.isWorker, cluster.isMaster);
  cluster.on('setup', (settings) => log('cluster setup', path.basename(settings.exec, path.extname(settings.exec)), settings.silent));
  watch(cluster, 'cluster', 'fork', 'online', 'message', 'disconnect', 'exit');
  const worker = cluster.fork();
  log('forked', worker.id, worker.isConnected(), worker.isDead(), worker.exitedAfterDisconnect, cluster.workers);
  watch(worker, 'worker', 'online', 'message', 'disconnect', 'exit');
  watch(worker.process, 'process', 'spawn', 'message', 'disconnect', 'exit');
  process.nextTick(() => log('tick'));
  worker.on('message', () => log('sent', worker.send('end')));
  worker.on('disconnect', () => log('disconnected', worker.isConnected(), worker.isDead(), worker.exitedAfterDisconnect, cluster.workers));
  worker.on('exit', () => log('exited', worker.isConnected(), worker.isDead(), cluster.workers));
} else {
  process.on('message', () => cluster.worker.disconnect());
  process.send('hello');
}
