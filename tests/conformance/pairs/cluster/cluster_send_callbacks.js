// The callbacks of send come after it returned; a channel that is closed gives an error.
// why: send() to a worker that is gone answers false and calls back with an error; code that waits for the callback must not hang.
// rows: c.Worker.send c.process.send c.Worker.event.error
'use strict';
const { cluster, log, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on('message', (message) => {
    log('message', message);
    if (message === 'sent true') worker.send('end');
    if (message !== 'ready') return;
    log('returned', worker.send('one', (error) => log('first sent', error)));
    process.nextTick(() => log('tick'));
    log('returned', worker.send('two', null, (error) => log('second sent', error)));
    log('returned', worker.send('three', undefined, {}, (error) => log('third sent', error)));
  });
  worker.on('error', (error) => log('error', error));
  worker.on('exit', () => {
    log('returned', worker.send('late', (error) => log('called back', error)));
    log('returned', worker.send('later'));
    process.nextTick(() => log('tick'));
  });
} else {
  process.on('message', (message) => {
    if (message === 'end') process.exit();
    if (message !== 'three') return process.send('got ' + message);
    process.send('got ' + message, (error) => process.send('sent ' + (error === null)));
  });
  process.send('ready');
}
