// clearTimeout in every way: before, from another timer due at the same time, twice, of nothing, close().
// why: A timer that is due already may still be cleared by one that runs before it; running it would act on freed state.
// rows: 8.8
const { attempt, log, net } = require('../../tracing');

function block(milliseconds) {
  const until = Date.now() + milliseconds;
  while (Date.now() < until);
}

const first = setTimeout(() => log('never'), 1);
log('clear', clearTimeout(first), clearTimeout(first), clearTimeout(undefined), clearInterval(first));
const timers = [];
timers.push(setTimeout(() => {
  log('first');
  clearTimeout(timers[1]);
  clearTimeout(timers[0]);
}, 5));
timers.push(setTimeout(() => log('never'), 5));
timers.push(setTimeout(() => {
  log('third');
  log('closed', timers[3].close() === timers[3]);
}, 5));
timers.push(setTimeout(() => log('never'), 5));
timers.push(setTimeout(() => log('fifth'), 5));
log('an interval cleared as a timeout', clearTimeout(setInterval(() => log('never'), 1)));
log('hasRef', timers[0].hasRef(), first.hasRef());
block(10);
const server = net.createServer();
server.listen('s.sock', () => setTimeout(() => server.close(() => log('server closed')), 20));
