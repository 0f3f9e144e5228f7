// Messages go both ways as JSON does, in order, whatever their size.
// why: Every JSON value, also null and a megabyte of text, must arrive whole and in order: the channel is a stream, not datagrams.
// rows: c.Worker.send c.event.message c.Worker.event.message c.process.send c.process.event.message
'use strict';
const { cluster, log, process } = require('../../tracing');

const values = [0, -1.5, '', 'text \u{1f600} \n', true, false, null, [], {}, [1, [2, [3, null]]],
  { a: { b: [true, null, 'x'] }, 'key with spaces': 1 }];

if (cluster.isPrimary) {
  const worker = cluster.fork();
  cluster.on('message', (from, message, handle) => log('cluster', from === worker, typeof message === 'string' && message.length > 99 ? message.length : message, handle));
  worker.on('message', (message, handle) => log('worker', typeof message === 'string' && message.length > 99 ? message.length : message, handle));
  worker.on('message', (message) => {
    if (message !== null && message.done) worker.disconnect();
  });
  for (const value of values) log('send', worker.send(value));
  worker.send('x'.repeat(1000000));
  worker.send({ done: true });
  worker.on('exit', (code) => log('exit', code));
} else {
  process.on('message', (message, handle) => process.send(message));
}
