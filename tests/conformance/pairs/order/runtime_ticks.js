// nextTick: arguments, order, ticks of ticks before anything else, and what it refuses.
// why: Ticks run to exhaustion before anything else, with their arguments, and refuse what is no function at the call.
// rows: 8.8
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  let depth = 0;
  function deeper() {
    depth += 1;
    if (depth < 5) process.nextTick(deeper);
    else log('deep', depth);
  }
  setImmediate(() => log('immediate', depth));
  log('returned', process.nextTick((...values) => log('values', values), 1, 'two', [3], null));
  process.nextTick(deeper);
  process.nextTick(() => log('third', depth));
  for (const bad of [undefined, 5, 'x', {}]) attempt('bad', () => process.nextTick(bad));
  server.close(() => {
    log('server closed');
    process.nextTick(() => log('last tick'));
  });
  log('done');
});
