// In a forked child, messages wait for the first listener.
// why: Unlike cluster workers, a forked child buffers messages until its first listener, so a slow start loses no orders.
// rows: c.process.event.message c.child_process.fork
'use strict';
const { child_process, log, process, watch } = require('../../tracing');

if (process.env.CHILD === undefined) {
  const child = child_process.fork(process.argv[1], { env: { ...process.env, CHILD: 'yes' } });
  watch(child, 'child', 'message', 'disconnect', 'exit');
  child.send('one');
  child.send('two');
} else {
  setTimeout(() => {
    process.send('now');
    process.on('message', (message) => {
      process.send('got ' + message);
      if (message === 'two') setImmediate(() => process.disconnect());
    });
    process.send('listened');
  }, 100);
}
