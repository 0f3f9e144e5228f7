// A server that listens moves to a worker, its connections stay, and it may listen again.
// why: A loop that is to do something else can hand its port over without refusing a single client.
// rows: t.transfer.server
'use strict';
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { log, net, watch } = require('../../tracing');

if (isMainThread) {
  const worker = new Worker(__filename);
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true, keepAlive: true, highWaterMark: 5 });
  watch(server, 'server', 'error', 'close');
  let socket;
  server.once('connection', (accepted) => {
    socket = accepted;
    log('moved', worker.postMessage({ server }, [server]));
    log('source', server.listening, server.address());
    try { worker.postMessage(server, [server]); } catch (error) { log('again', error.code, error.message.slice(0, 10)); }
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const client = net.connect(port, '127.0.0.1');
    worker.on('message', (message) => {
      log('worker', message);
      if (message !== 'listening') return;
      const another = net.connect(port, '127.0.0.1');
      another.setEncoding('utf8');
      another.on('data', (text) => log('data', text));
      another.on('close', () => {
        client.destroy();
        socket.destroy();
      });
    });
    server.once('close', () => {
      server.listen(0, '127.0.0.1', () => {
        log('listens again', server.listening);
        server.close();
      });
    });
  });
  worker.on('exit', (code) => process.on('exit', () => log('exit', code)));
} else {
  parentPort.on('message', ({ server }) => {
    parentPort.postMessage([server.listening, typeof server.address().port, server.allowHalfOpen, server.pauseOnConnect, server.noDelay, server.keepAlive, server.highWaterMark]);
    server.on('listening', () => parentPort.postMessage('listening'));
    server.on('connection', (socket) => {
      socket.end('from the worker');
      socket.resume();
      server.close();
      parentPort.close();
    });
  });
}
