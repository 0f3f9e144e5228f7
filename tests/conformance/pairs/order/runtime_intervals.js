// setInterval: arguments, ticks between two runs, cleared by itself and by another, refresh.
// why: A cleared interval must not run again, from inside its own callback included, and ticks run between two runs.
// rows: 8.8
const { attempt, log, net } = require('../../tracing');

let count = 0;
const interval = setInterval((...values) => {
  count += 1;
  log('run', count, values);
  process.nextTick(() => log('tick of', count));
  if (count === 3) {
    clearInterval(interval);
    log('cleared', interval.refresh() === interval);
    second();
  }
}, 5, 'a', 2);
log('hasRef', interval.hasRef());

function second() {
  let runs = 0;
  const other = setInterval(() => {
    runs += 1;
    log('other', runs);
  }, 20);
  setTimeout(() => {
    clearTimeout(other);
    log('stopped', runs > 0);
    const server = net.createServer();
    server.listen('s.sock', () => server.close(() => log('server closed')));
  }, 30);
}
