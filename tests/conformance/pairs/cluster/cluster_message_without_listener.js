// A worker's messages that come before anybody listens are lost.
// why: Node's workers start to read the channel at once, so a listener added later has missed what came; queueing would replay stale orders.
// rows: c.process.event.message c.Worker.event.message
'use strict';
const { cluster, log, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.send('one');
  worker.on('message', (message) => {
    log('message', message);
    if (message === 'listening') worker.send('two');
  });
  worker.on('exit', (code) => log('exit', code));
} else {
  setTimeout(() => {
    process.on('message', (message) => {
      process.send('got ' + message);
      process.disconnect();
    });
    process.send('listening');
  }, 100);
}
