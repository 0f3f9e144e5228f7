// setupPrimary() changes what the next fork starts; each call is told.
// why: Settings accumulate over calls and count from the next fork on; each call emits setup a tick later.
// rows: c.setupPrimary c.settings c.event.setup
'use strict';
const { cluster, log, process } = require('../../tracing');
const path = require('node:path');

const shown = (settings) => ({ ...settings, exec: settings.exec && path.parse(settings.exec).name });

if (cluster.isPrimary) {
  cluster.on('setup', (settings) => log('setup', shown(settings), settings === cluster.settings));
  log('before', cluster.settings);
  log('returned', cluster.setupPrimary({ args: ['one', 'two'], own: 1 }));
  log('settings', shown(cluster.settings));
  cluster.setupMaster({ args: ['three'] });
  log('settings', shown(cluster.settings));
  process.nextTick(() => log('tick'));
  const worker = cluster.fork();
  worker.on('message', (message) => {
    log('message', message);
    cluster.setupPrimary();
    log('settings', shown(cluster.settings));
    worker.disconnect();
  });
  worker.on('exit', (code) => log('exit', code));
} else {
  process.send([process.argv.length - process.argv.indexOf('three'), 'three'].concat(process.argv.slice(-1)));
}
