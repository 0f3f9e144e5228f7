// Signals come after the events of a turn, each as often as it was sent, to every listener.
// why: A handler that ran inside of anything else would see half of a change.
// rows: 9.process.event.signal 9.process.nextTick
const { log, net } = require('../../tracing');
let usr = 0;
process.on('SIGTERM', (...args) => log('term', ...args));
process.on('SIGTERM', () => log('term too'));
process.once('SIGUSR2', (...args) => {
  log('usr2', ...args, process.listenerCount('SIGUSR2'));
  process.kill(process.pid, 'SIGHUP');
  process.nextTick(() => log('tick of usr2'));
});
process.prependListener('SIGHUP', (...args) => { log('hup', ...args); clearTimeout(timer); });
process.on('exit', (code) => log('exit', code));
const timer = setTimeout(() => log('too late'), 20000);
process.kill(process.pid, 'SIGTERM');
process.kill(process.pid, 'SIGTERM');
process.kill(process.pid, 'SIGUSR2');
log('after kill');
process.nextTick(() => log('tick'));
setImmediate(() => log('immediate'));
