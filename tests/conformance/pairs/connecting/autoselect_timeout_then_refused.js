// A timeout and a refusal: an AggregateError that holds both, the timeout as ETIMEDOUT.
// rows: 6.autoselect 5.event.connectionAttemptTimeout 5.event.error 8.1
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
    const answer = ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((address) => ({ address, family: 4 }));
    const client = net.connect({
      port,
      host: 'many.names',
      autoSelectFamilyAttemptTimeout: 150,
      lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
    });
    const events = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
    watch(client, 'client', ...events, 'connect', 'error', 'close');
    client.on('error', (error) => log('errnos', error.errors.map((one) => [one.errno, one.syscall])));
    client.write('lost', (error) => log('written', error.code));
    client.on('close', () => {
      log('attempted', client.autoSelectFamilyAttemptedAddresses);
      server.close();
      done();
    });
  });
});
