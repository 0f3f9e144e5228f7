// An exception that nobody catches ends the worker with status 1.
// why: A crashing worker must end with status 1, or a supervisor takes the crash for a normal exit.
// rows: c.event.exit c.process.exit c.Worker.event.exit
'use strict';
const { cluster, log, process, watch } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  watch(worker, 'worker', 'online', 'message', 'disconnect', 'exit');
  worker.on('message', () => worker.send('fail'));
  worker.on('exit', () => log('state', worker.exitedAfterDisconnect, worker.isDead(), cluster.workers));
} else {
  process.removeAllListeners('uncaughtException');
  process.on('message', () => {
    throw new Error('what a worker dies of');
  });
  process.send('ready');
}
