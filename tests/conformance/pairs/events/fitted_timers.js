// Timers, ticks and immediates call functions of any length with the arguments that were given.
// why: setTimeout(done, 10) is how a program waits, and done often takes an error or a result.
// rows: 8.8
const { log } = require('../../tracing');
const one = (value) => log('one', value);
const none = () => log('none');
process.nextTick(one);
process.nextTick(none, 1, 2);
process.nextTick(one, 1, 2);
setImmediate(() => {
  setImmediate(one);
  setImmediate(none, 1);
  setImmediate(() => setTimeout((more) => { one(more); setTimeout(none, 5, 1); setTimeout(one, 5, 1, 2); setTimeout(repeat, 5); }, 10));
});
const repeat = () => {
  let count = 0;
  const interval = setInterval((more) => {
    log('interval', more);
    if (++count === 2) clearInterval(interval);
  }, 5);
};
const controller = new AbortController();
controller.signal.addEventListener('abort', () => log('aborted'));
controller.signal.onabort = (event, more) => log('onabort', event.type, more);
controller.abort();
