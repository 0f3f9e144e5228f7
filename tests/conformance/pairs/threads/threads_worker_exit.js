// process.exit() in a worker ends that worker alone, with the status.
// why: A program that is run by a worker may end itself; its parent must live, and learn the status.
// rows: t.Worker.event.exit
'use strict';
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { log, process, watch } = require('../../tracing');

if (isMainThread) {
  const worker = new Worker(__filename);
  watch(worker, 'worker', 'online', 'message', 'error', 'exit');
  worker.on('exit', () => setTimeout(() => log('the parent goes on'), 1));
} else {
  parentPort.on('message', () => {});
  parentPort.postMessage('before');
  setTimeout(() => process.exit(3), 1);
}
