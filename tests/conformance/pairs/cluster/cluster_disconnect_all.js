// cluster.disconnect() ends all the workers, and calls back when none is left.
// why: Rolling restarts wait for this callback; called too early it comes before a worker has let go of the port.
// rows: c.disconnect c.event.disconnect c.event.exit c.workers
'use strict';
const { cluster, log, net, process, watch } = require('../../tracing');

if (cluster.isPrimary) {
  let listening = 0;
  const told = [];
  let left = 3;
  // Which of them come before the callback varies.
  const finish = () => --left || log('told', told.sort());
  const start = () => {
    log('returned', cluster.disconnect((...values) => {
      log('called back', values, cluster.workers);
      cluster.disconnect(() => {
        log('and again');
        finish();
      });
      log('later');
    }));
    log('connected', Object.values(cluster.workers).map((worker) => [worker.id, worker.exitedAfterDisconnect]));
  };
  cluster.on('disconnect', (worker) => told.push(`disconnect ${worker.id}`));
  cluster.on('exit', (worker, code) => {
    told.push(`exit ${worker.id} ${code}`);
    finish();
  });
  cluster.on('listening', () => {
    if (++listening === 2) start();
  });
  cluster.fork();
  cluster.fork();
} else {
  net.createServer().listen(0, '127.0.0.1');
}
