// Within an I/O callback: ticks, then immediates, then timers of zero; each in the order they were made.
// why: Within I/O setImmediate always beats setTimeout(0); programs rely on it to yield exactly once.
// rows: 8.8
const { log, net } = require('../../tracing');

const server = net.createServer((c) => c.resume());
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('connect', () => {
    setTimeout(() => log('timer'), 0);
    setTimeout((...values) => {
      log('timer with', values);
      process.nextTick(() => log('tick of the timer'));
    }, 0, 'a', 'b');
    setTimeout(() => {
      log('last timer');
      client.end();
    }, 1);
    setImmediate(() => {
      log('immediate');
      process.nextTick(() => log('tick of the immediate'));
    });
    setImmediate((...values) => log('immediate with', values), 1, 'two');
    process.nextTick(() => log('tick'));
    log('connect done');
  });
  client.resume();
  client.on('close', () => {
    log('close');
    setImmediate(() => server.close(() => log('server closed')));
  });
});
