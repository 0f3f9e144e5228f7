// What a worker sees of the cluster and of itself.
// why: Programs branch on isPrimary and read process.env in the same file; a wrong role makes every worker fork again.
// rows: c.fork c.worker c.isPrimary c.process.send c.process.env
'use strict';
const { cluster, log, process } = require('../../tracing');

if (cluster.isPrimary) {
  log('primary', cluster.isPrimary, cluster.isMaster, cluster.isWorker);
  const worker = cluster.fork({ COLOUR: 'green', NUMBER: 5 });
  log('started', `pid ${worker.process.pid}`);
  worker.on('message', (message) => log('message', message));
  worker.on('exit', (code, signal) => log('exit', code, signal));
} else {
  const { worker } = cluster;
  process.send(['role', cluster.isPrimary, cluster.isMaster, cluster.isWorker]);
  process.send(['worker', worker.id, worker.process === process, worker.isConnected(), worker.isDead()]);
  process.send(['env', process.env.COLOUR, process.env.NUMBER, process.connected]);
  process.send(['worker', worker.exitedAfterDisconnect === undefined, process.argv.length > 1]);
  process.send(['id', process.pid !== process.ppid, typeof process.pid]);
  worker.disconnect();
}
