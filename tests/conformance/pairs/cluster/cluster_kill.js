// kill() and destroy() of a worker, from either side.
// why: In the primary kill() is a signal, which is no voluntary exit; in a worker it disconnects and exits with 0.
// rows: c.Worker.kill c.Worker.event.exit c.Worker.exitedAfterDisconnect
'use strict';
const { cluster, log, process } = require('../../tracing');

if (cluster.isPrimary) {
  const next = (ways) => {
    const [way, ...rest] = ways;
    if (way === undefined) return log('done');
    const worker = cluster.fork({ WAY: way });
    worker.on('message', () => {
      if (way === 'kill') log(way, worker.kill());
      if (way === 'destroy') log(way, worker.destroy('SIGINT'));
      log('state', worker.process.killed, worker.exitedAfterDisconnect, worker.isDead());
    });
    worker.on('disconnect', () => log(way, 'disconnect', worker.exitedAfterDisconnect));
    worker.on('exit', (code, signal) => {
      log(way, 'exit', code, signal, worker.exitedAfterDisconnect);
      next(rest);
    });
  };
  next(['kill', 'destroy', 'self', 'self destroy']);
} else if (process.env.WAY === 'self') {
  cluster.worker.kill();
} else if (process.env.WAY === 'self destroy') {
  cluster.worker.destroy();
} else {
  process.send('ready');
}
