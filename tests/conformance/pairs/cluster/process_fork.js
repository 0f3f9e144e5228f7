// child_process.fork() starts a program with a channel to it; without listeners it holds nothing.
// why: A forked child sees the channel but is no cluster worker; mistaking one for the other changes what listen() does.
// rows: c.child_process.fork c.process.send c.process.connected c.process.disconnect
'use strict';
const { child_process, cluster, log, process, watch } = require('../../tracing');

if (process.env.CHILD === undefined) {
  const child = child_process.fork(process.argv[1], ['an', 'argument'], { env: { ...process.env, CHILD: 'yes' } });
  log('forked', child.connected, child.exitCode, child.signalCode, child.killed);
  watch(child, 'child', 'spawn', 'message', 'disconnect', 'exit');
  child.on('message', (message) => {
    if (message === 'last') log('disconnect', child.disconnect(), child.connected);
  });
  child.on('disconnect', () => log('state', child.connected, child.exitCode));
  child.on('exit', () => log('state', child.connected, child.exitCode, child.signalCode));
} else {
  process.send([cluster.isPrimary, cluster.isWorker, process.connected, process.argv.slice(-2)]);
  process.send('last');
  process.on('disconnect', () => process.exit(4));
}
