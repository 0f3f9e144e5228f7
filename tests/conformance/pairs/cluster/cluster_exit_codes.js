// How workers end: by a status, by an exception, by signals, by having nothing to do.
// why: Supervisors restart by exit code and signal; each way to end has its own pair of the two.
// rows: c.event.exit c.Worker.event.exit c.Worker.isDead c.process.exit
'use strict';
const { cluster, log, process } = require('../../tracing');

if (cluster.isPrimary) {
  const ways = ['zero', 'seven', 'exitCode', 'terminate', 'kill', 'disconnect'];
  const next = () => {
    const way = ways.shift();
    if (way === undefined) return log('done', cluster.workers);
    const worker = cluster.fork({ WAY: way });
    worker.on('message', () => {
      if (way === 'terminate') log('signalled', worker.process.kill(), worker.process.killed);
      if (way === 'kill') log('signalled', worker.process.kill('SIGKILL'), worker.process.killed);
      if (way === 'disconnect') worker.process.disconnect();
    });
    worker.on('exit', (code, signal) => {
      log(way, code, signal, worker.process.exitCode, worker.process.signalCode);
      log('state', worker.isDead(), worker.isConnected(), worker.exitedAfterDisconnect);
      next();
    });
  };
  next();
} else {
  const { WAY } = process.env;
  if (WAY === 'zero') process.exit();
  if (WAY === 'seven') process.exit(7);
  if (WAY === 'exitCode') {
    process.exitCode = 3;
    process.disconnect();
  } else {
    process.send('ready');
  }
}
