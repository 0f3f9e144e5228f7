// exit() in a callback, and in beforeExit: exit is emitted once, and nothing more is called.
// why: A program that ends itself must not begin anew.
// rows: 9.process.event.beforeExit 9.process.exit 9.process.event.exit
const { log } = require('../../tracing');
process.on('beforeExit', (code) => {
  log('beforeExit', code);
  process.nextTick(() => log('never'));
  process.exit();
});
process.on('exit', (code) => { log('exit', code); process.nextTick(() => log('never')); });
setTimeout(() => { process.exitCode = 6; }, 5);
