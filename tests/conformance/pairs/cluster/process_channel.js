// process.channel of a forked program: there while it is connected, with ref() and unref(); and of no child.
// why: Workers call process.channel.unref() so that waiting for messages does not keep them alive.
// rows: c.process.connected c.child_process.fork
'use strict';
const { child_process, log, process, watch } = require('../../tracing');

if (process.env.CHILD === undefined) {
  log('parent', process.channel);
  const names = ['listening', 'unref', 'ref'];
  const next = () => {
    const name = names.shift();
    if (name === undefined) return;
    const child = child_process.fork(process.argv[1], { env: { ...process.env, CHILD: name } });
    log(name, typeof child.channel.ref, typeof child.channel.unref);
    watch(child, name, 'message', 'disconnect');
    child.on('disconnect', () => log('child', child.channel === null));
    child.on('exit', (code) => { log('exit', code); next(); });
    if (name !== 'unref') child.send('end');
  };
  next();
} else {
  process.on('message', () => {
    process.disconnect();
    // What is printed now could come before or after what the parent prints.
    process.exitCode = process.channel == null && !process.connected ? 3 : 4;
  });
  log('channel', typeof process.channel.ref, typeof process.channel.unref);
  if (process.env.CHILD !== 'listening') process.channel.unref();
  if (process.env.CHILD === 'ref') process.channel.ref();
}
