// What cluster.fork() adds to the environment, whatever it is given; and send() with places left out.
// why: fork(undefined) and fork('x') start a worker on Node; a TypeError here would end a primary that passes on what it has.
// rows: c.fork c.Worker.send
'use strict';
const { cluster, log, process } = require('../../tracing');

if (cluster.isPrimary) {
  const given = [undefined, 'xy', ['list'], { NAME: 'object' }, 5];
  const next = () => {
    if (given.length === 0) return;
    const worker = cluster.fork(given.shift());
    worker.on('message', (message) => log('message', message));
    worker.on('online', () => {
      worker.send('one', undefined, undefined, (error) => log('sent', error));
      worker.send('two', null, undefined, undefined);
    });
    worker.on('exit', next);
  };
  next();
} else {
  process.on('message', (message) => {
    if (message !== 'two') return;
    process.send(['0', '1', 'NAME'].map((name) => process.env[name]), () => process.disconnect());
  });
}
