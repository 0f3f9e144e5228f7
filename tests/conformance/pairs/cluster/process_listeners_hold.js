// A listener to `message` or `disconnect` holds a child; removed, it holds it no longer.
// why: Node refs the channel while message or disconnect has a listener; a child relies on that to stay alive for orders.
// rows: c.process.event.message c.process.event.disconnect c.child_process.fork
'use strict';
const { child_process, log, process, watch } = require('../../tracing');

if (process.env.CHILD === undefined) {
  const next = (ways) => {
    if (!ways.length) return log('done');
    const child = child_process.fork(process.argv[1], { env: { ...process.env, CHILD: ways[0] } });
    child.on('message', (message) => {
      log(ways[0], 'message', message);
      if (message === 'ready') child.send('go');
      if (message === 'disconnect me') child.disconnect();
    });
    child.on('exit', (code, signal) => {
      log(ways[0], 'exit', code, signal);
      next(ways.slice(1));
    });
  };
  next(['once', 'removed', 'disconnect']);
} else if (process.env.CHILD === 'once') {
  process.once('message', (message) => process.send('got ' + message));
  process.send('ready');
} else if (process.env.CHILD === 'removed') {
  const listener = () => process.exit(1);
  process.on('message', listener);
  process.removeListener('message', listener);
  process.send('leaving');
} else {
  process.on('disconnect', () => process.exit(9));
  process.send('disconnect me');
}
