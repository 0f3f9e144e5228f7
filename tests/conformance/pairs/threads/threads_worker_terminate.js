// terminate() ends a worker that would go on, with 1; what it returns is awaited.
// why: A pool that shuts down must be able to end a worker that listens for ever.
// rows: t.Worker.terminate t.Worker.event.exit
'use strict';
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { log, net, watch } = require('../../tracing');

if (isMainThread) {
  const worker = new Worker(__filename);
  watch(worker, 'worker', 'error', 'exit');
  worker.on('message', async (message) => {
    log('message', message);
    const ended = worker.terminate();
    log('terminate returned');
    log('terminated', await ended);
    log('once more', await worker.terminate());
    worker.postMessage('nobody is there');
  });
} else {
  const server = net.createServer();
  server.listen(0, '127.0.0.1', () => parentPort.postMessage('listening'));
}
