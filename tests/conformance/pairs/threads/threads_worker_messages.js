// Messages go both ways, in their order, and the worker ends when nothing holds it.
// why: A worker that ends before its last message was told, or never, breaks every pool of workers.
// rows: t.Worker.constructor t.Worker.postMessage t.Worker.event.online t.Worker.event.message t.Worker.event.exit t.isMainThread t.parentPort t.threadId t.workerData t.port.close
'use strict';
const { Worker, isMainThread, parentPort, threadId, workerData } = require('node:worker_threads');
const { log, watch } = require('../../tracing');

if (isMainThread) {
  log('main', isMainThread, parentPort, threadId, workerData);
  const worker = new Worker(__filename, { workerData: { list: [1, null, 'two'] } });
  log('made', worker.threadId);
  watch(worker, 'worker', 'online', 'message', 'error', 'exit');
  log('post', worker.postMessage('first'), worker.postMessage(['second', 2]), worker.postMessage('last'));
  worker.on('exit', () => {
    log('after', worker.threadId, worker.postMessage('late'));
  });
} else {
  parentPort.postMessage([isMainThread, threadId, workerData]);
  parentPort.on('message', (message) => {
    parentPort.postMessage(['got', message]);
    if (message === 'last') {
      parentPort.close();
      parentPort.postMessage('dropped');
    }
  });
}
