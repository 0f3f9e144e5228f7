// An exception in a worker is an error event of it, and the exit follows with 1.
// why: The failure of one worker must reach its parent as an event, and end nothing else.
// rows: t.Worker.event.error t.Worker.event.exit
'use strict';
const { Worker, isMainThread, parentPort, threadId } = require('node:worker_threads');
const { log, process, watch } = require('../../tracing');

if (isMainThread) {
  const worker = new Worker(__filename);
  watch(worker, 'worker', 'online', 'message', 'exit');
  worker.on('error', (error) => log('error', error.name, error.message, error instanceof TypeError, worker.threadId));
  worker.on('exit', () => setTimeout(() => log('the parent goes on'), 1));
} else {
  process.removeAllListeners('uncaughtException');
  parentPort.on('message', () => {});
  setTimeout(() => {
    throw new TypeError('what went wrong');
  }, 1);
}
