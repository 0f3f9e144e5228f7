// A TCP BoundSocket moves to a worker, which listens with it; its source counts as adopted. One of a path does not move.
// why: The main thread binds and tells the port, a worker serves; two that listen with one descriptor would share it.
// rows: t.transfer.bound b.send b.adopted
'use strict';
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { attempt, log, net, watch } = require('../../tracing');

if (isMainThread) {
  const worker = new Worker(__filename);
  const bound = new net.BoundSocket({ host: '127.0.0.1' });
  const { port } = bound.address();
  const path = new net.BoundSocket({ path: 'p' });
  attempt('path', () => worker.postMessage(path, [path]));
  attempt('kept', () => path.address());
  path.close();
  attempt('moved', () => worker.postMessage(bound, [bound]));
  attempt('address', () => bound.address());
  attempt('again', () => worker.postMessage(bound, [bound]));
  worker.on('message', (message) => {
    log('worker', message === port);
    const client = net.connect(port, '127.0.0.1');
    watch(client, 'client', 'data', 'end', 'close');
  });
  worker.on('exit', (code) => log('exit', code));
} else {
  parentPort.once('message', (bound) => {
    const server = net.createServer((socket) => {
      socket.end('from the worker');
      socket.resume();
      server.close();
    });
    server.listen(bound, () => parentPort.postMessage(server.address().port));
  });
}
