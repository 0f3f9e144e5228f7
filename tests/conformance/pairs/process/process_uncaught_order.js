// With a listener to uncaughtException the program goes on: other ticks, immediates, timers are called.
// why: A server that logs what it did not expect must not lose what waits behind it.
// rows: 9.process.event.uncaughtException 9.process.event.uncaughtExceptionMonitor
const { log, net } = require('../../tracing');
process.removeAllListeners('uncaughtException');
process.on('uncaughtException', (error, origin) => log('uncaught', error, origin));
process.on('uncaughtExceptionMonitor', (error, origin) => log('monitor', error, origin));
const fail = (text) => { throw new Error(text); };
process.nextTick(() => { process.nextTick(() => log('tick of tick')); fail('tick'); });
process.nextTick(() => log('second tick'));
setImmediate(() => { log('first immediate'); process.nextTick(() => log('tick of immediate')); fail('immediate'); });
setImmediate(() => { log('second immediate'); setTimeout(startTimers, 5); });
const startTimers = () => {
  setTimeout(() => { process.nextTick(() => log('tick of timer')); fail('timer'); }, 5);
  setTimeout(() => { log('second timer'); setTimeout(unheard, 5); }, 5);
};
const unheard = () => {
  setTimeout(() => new net.Socket().destroy(new Error('unheard too')), 5);
  new net.Socket().emit('error', new Error('unheard'));
};
process.on('exit', (code) => log('exit', code));
