// A child that listens to nothing ends by itself, though its channel is open.
// why: The channel alone does not hold a child without listeners; a child that stayed would never be reaped by a parent that waits for it.
// rows: c.child_process.fork c.process.event.disconnect c.process.exit
'use strict';
const { child_process, log, process, watch } = require('../../tracing');

if (process.env.CHILD === undefined) {
  const child = child_process.fork(process.argv[1], { env: { ...process.env, CHILD: 'yes' } });
  watch(child, 'child', 'message', 'disconnect', 'exit');
} else {
  process.on('exit', (code) => process.send(['exit', code, process.connected]));
  process.send('hello');
}
