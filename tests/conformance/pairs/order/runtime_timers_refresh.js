// refresh(): begins the time anew, also of a timer that ran already, but not of one that was cleared.
// why: Idle timeouts are pushed back by refresh() thousands of times; it must revive one that ran but never one that was cleared.
// rows: 8.8
const { attempt, log, net } = require('../../tracing');

const started = Date.now();
let runs = 0;
const timer = setTimeout(() => {
  runs += 1;
  log('ran', runs, Date.now() - started >= 150);
  if (runs < 3) log('again', timer.refresh() === timer);
}, 120);
setTimeout(() => log('refresh', timer.refresh() === timer, runs), 35);
const cleared = setTimeout(() => log('never'), 10);
clearTimeout(cleared);
log('cleared', cleared.refresh() === cleared);
const server = net.createServer();
server.listen('s.sock', () => {
  const until = setInterval(() => {
    if (runs < 3) return;
    clearInterval(until);
    server.close(() => log('server closed', runs));
  }, 10);
});
