// A block list is shared with the threads that it is sent to.
// why: Rules that are added in one thread have to count for the servers of all the others at once.
// rows: t.shared
'use strict';
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const { log, net } = require('../../tracing');

if (isMainThread) {
  const list = new net.BlockList();
  list.addAddress('192.0.2.1');
  const worker = new Worker(__filename, { workerData: { list } });
  worker.on('message', (message) => {
    log('message', message);
    if (message === 'added') {
      log('here', list.check('192.0.2.2'));
      list.addAddress('192.0.2.3');
      worker.postMessage('look');
    }
  });
  worker.on('exit', (code) => log('exit', code));
} else {
  const { list } = workerData;
  parentPort.postMessage([net.BlockList.isBlockList(list), list.check('192.0.2.1'), list.check('192.0.2.2')]);
  list.addAddress('192.0.2.2');
  parentPort.postMessage('added');
  parentPort.once('message', () => parentPort.postMessage(['there', list.check('192.0.2.3')]));
}
