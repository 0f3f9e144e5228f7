// The last address is not given up after the attempt timeout: here it still hangs when a timer ends it.
// rows: 6.autoselect 6.option.autoSelectFamilyAttemptTimeout 5.event.connectionAttemptTimeout
const { Worker } = require('node:worker_threads');
const { log, net, watch } = require('../../tracing');

// Nobody accepts at this address: the thread that listens sleeps, and two connections fill its queue.
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

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  listenSilently('127.0.0.3', port, (done) => {
    const answer = ['127.0.0.2', '127.0.0.3'].map((address) => ({ address, family: 4 }));
    const client = net.connect({
      port,
      host: 'many.names',
      autoSelectFamilyAttemptTimeout: 150,
      timeout: 400,
      lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
    });
    const events = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
    watch(client, 'client', ...events, 'connect', 'timeout', 'error', 'close');
    client.on('timeout', () => {
      log('state', client.connecting, client.readyState, client.autoSelectFamilyAttemptedAddresses);
      client.destroy(new Error('long enough'));
    });
    client.on('close', () => {
      server.close();
      done();
    });
  });
});
