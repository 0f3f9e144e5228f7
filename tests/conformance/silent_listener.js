'use strict';
const net = require('node:net');
const { Worker } = require('node:worker_threads');

// Connections to this address are not accepted: its thread sleeps, and two fill the queue.
function listenSilently(host, port, then) {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    require('node:net').createServer().listen({ ...workerData, backlog: 1 }, () => {
      parentPort.postMessage('listening');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const worker = new Worker(code, { eval: true, workerData: { host, port } });
  worker.on('message', () => {
    const first = net.connect(port, host, () => {
      const second = net.connect(port, host, () => {
        then(() => {
          first.destroy();
          second.destroy();
          worker.terminate();
        });
      });
    });
  });
}

module.exports = { listenSilently };
