// A connection that was accepted here is served by a worker; its source is destroyed.
// why: This is how a blocking handler is kept off the loop that accepts; no byte may be lost on the way.
// rows: t.transfer.socket t.Worker.postMessage
'use strict';
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { attempt, log, net, watch } = require('../../tracing');

if (isMainThread) {
  const worker = new Worker(__filename);
  watch(worker, 'worker', 'message', 'error', 'exit');
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    watch(socket, 'source', 'end', 'error', 'close');
    attempt('not listed', () => worker.postMessage({ socket }));
  });
  server.on('connection', (socket) => {
    socket.setTimeout(5);
    log('moved', worker.postMessage({ socket }, [socket]));
    log('source', socket.destroyed, socket.readyState, socket.pending, socket.remoteAddress);
    log('write', socket.write('x', (error) => log('written', error)));
    server.close(() => log('server closed'));
  });
  worker.once('message', () => {
    server.listen(0, '127.0.0.1', () => {
      const client = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
      client.setEncoding('utf8');
      client.on('data', (text) => {
        client.end(' to ' + text);
      });
      client.on('connect', () => client.write('hello'));
    });
  });
} else {
  parentPort.postMessage('ready');
  parentPort.on('message', ({ socket }) => {
    const seen = [];
    const { readyState, bytesRead, timeout, allowHalfOpen, server, readableFlowing } = socket;
    seen.push(readyState, bytesRead, timeout === undefined || timeout === 0, allowHalfOpen, server, readableFlowing, socket.isPaused(), typeof socket.remotePort);
    parentPort.postMessage(seen);
    socket.setEncoding('utf8');
    let text = '';
    socket.on('data', (more) => {
      if (!text) socket.write('welcome');
      text += more;
    });
    socket.on('end', () => {
      parentPort.postMessage(['all', text]);
      socket.end();
    });
    socket.on('close', (hadError) => {
      parentPort.postMessage(['closed', hadError]);
      parentPort.close();
    });
  });
}
