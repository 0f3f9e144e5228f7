// A port moves with a message, takes along what waits for it, and is of no use where it was.
// why: Two workers that are to talk to each other get the ends of a channel from their parent.
// rows: t.transfer.port t.port.event.close t.port.close
'use strict';
const { Worker, MessageChannel, isMainThread, parentPort } = require('node:worker_threads');
const { log } = require('../../tracing');

if (isMainThread) {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(__filename);
  // Which of them comes first, nobody promises.
  const ended = [];
  const over = (what) => ended.push(what) === 2 && log(...ended.sort());
  port1.postMessage('sent before it moved');
  log('moved', worker.postMessage({ port: port2 }, [port2]));
  try {
    worker.postMessage(port2, [port2]);
  } catch (error) {
    log('again threw', error.name, error.code, error.message);
  }
  log('no use', port2.postMessage('nowhere'), port2.close());
  port1.on('message', (message) => {
    log('message', message);
    port1.postMessage('answer');
  });
  port1.on('close', () => over('port1 close'));
  worker.on('exit', (code) => over(`worker exit ${code}`));
} else {
  parentPort.once('message', ({ port }) => {
    port.on('message', (message) => {
      if (message === 'answer') port.close();
      else port.postMessage(['got', message]);
    });
  });
}
