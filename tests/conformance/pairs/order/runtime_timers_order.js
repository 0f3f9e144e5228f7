// Timers that are due together run by their deadlines, then by age, with the ticks of each between them.
// why: After a blocked loop several timers are due; protocols rely on deadlines, not on insertion, to order them.
// rows: 8.8
const { attempt, log, net } = require('../../tracing');

function block(milliseconds) {
  const until = Date.now() + milliseconds;
  while (Date.now() < until);
}

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  for (const [label, delay] of [['a 20', 20], ['b 10', 10], ['c 20', 20], ['d 1', 1], ['e 10', 10], ['f 0', 0], ['g -5', -5]]) {
    setTimeout((label) => {
      log(label);
      process.nextTick(() => log('tick of', label));
      if (label === 'b 10') setImmediate(() => log('immediate of', label));
    }, delay, label);
  }
  setTimeout(() => server.close(() => log('server closed')), 80);
  block(40);
  log('blocked');
});
for (const bad of [undefined, 5, 'x', {}]) {
  attempt('bad timeout', () => setTimeout(bad, 1));
  attempt('bad interval', () => setInterval(bad, 1));
}
