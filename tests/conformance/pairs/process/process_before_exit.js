// beforeExit comes when nothing is left to do, again after what it has begun, and never after exit().
// why: Programs flush there what they have collected.
// rows: 9.process.event.beforeExit 9.process.event.exit 9.process.exitCode
const { log, net } = require('../../tracing');
let count = 0;
process.on('beforeExit', (code) => {
  log('beforeExit', code);
  if (++count === 1) setTimeout(() => log('more'), 5);
  if (count === 2) setImmediate(() => net.createServer().listen(0, function() { this.close(() => log('closed')); }));
  if (count === 3) process.nextTick(() => log('tick'));
  process.exitCode = count;
});
process.on('exit', (code) => {
  log('exit', code, process.exitCode);
  process.exitCode = 9;
  setTimeout(() => log('never'), 0);
});
