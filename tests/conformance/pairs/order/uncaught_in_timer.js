// An exception in a timer, while a server listens and a connection is open.
// why: Timers run outside any caller, so only the end of the program can report their exceptions.
// rows: 8.9
const { log, net } = require('../../tracing');

const server = net.createServer((c) => c.resume());
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => {
    log('connected');
    setTimeout(() => {
      log('timer', client.readyState);
      throw new Error('time is up');
    }, 5);
    setTimeout(() => log('never'), 50);
  });
  client.on('close', () => log('never'));
});
