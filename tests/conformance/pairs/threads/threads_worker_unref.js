// A worker that was unref'ed does not keep its parent alive.
// why: A pool that waits for work must not keep a program from ending.
// rows: t.Worker.unref t.Worker.ref
'use strict';
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { log, watch } = require('../../tracing');

if (isMainThread) {
  const worker = new Worker(__filename);
  watch(worker, 'worker', 'exit', 'error');
  worker.on('message', (message) => {
    log('message', message);
    worker.unref();
    setTimeout(() => log('the last that happens'), 5);
  });
  log('returns', worker.unref(), worker.ref());
  watch(worker, 'worker', 'online');
} else {
  parentPort.on('message', () => {});
  parentPort.postMessage('up');
}
