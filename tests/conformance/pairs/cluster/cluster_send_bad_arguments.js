// What cannot be sent is refused at once, and nothing has gone then.
// why: A bad message or handle throws inside send(), before anything is queued, so the channel stays usable.
// rows: c.Worker.send c.process.send
'use strict';
const { attempt, cluster, log, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on('online', () => {
    attempt('no message', () => worker.send());
    attempt('function', () => worker.send(function named() {}));
    attempt('wrong handle', () => worker.send('a', {}));
    attempt('number as handle', () => worker.send('a', 1));
    attempt('options', () => worker.send('a', null, 1));
    attempt('text as options', () => worker.send('a', null, 'x'));
    attempt('good', () => worker.send('end'));
  });
  worker.on('message', (message) => log('message', message));
  worker.on('exit', (code) => log('exit', code));
} else {
  process.on('message', (message) => {
    process.send(message);
    process.disconnect();
  });
}
