// Messages of a channel come after the ticks and before the immediates, and a close lets those pass that are there.
// why: Where a message overtakes a tick, or is lost by a close behind it, answers meet the wrong state.
// rows: t.port.postMessage t.port.close t.port.event.message t.port.event.close
'use strict';
const { MessageChannel } = require('node:worker_threads');
const { log, process } = require('../../tracing');

const { port1, port2 } = new MessageChannel();
port2.on('message', (message) => {
  log('message', message);
  process.nextTick(() => log('tick of', message));
  if (message === 2) log('close', port2.close());
});
port2.on('close', () => log('port2 close'));
for (const number of [1, 2, 3]) log('post', port1.postMessage(number));
setImmediate(() => log('immediate'));
process.nextTick(() => log('tick'));
