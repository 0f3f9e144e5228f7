// A refused connection without a listener for error ends the program with that very error; timers do not run any more.
// why: A failure that no code handles must end the program with that error, not be printed and passed over.
// rows: 8.9 5.event.error
const { log, net } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.2');
  client.on('connectionAttemptFailed', (...values) => log('failed', ...values));
  client.on('close', () => log('never'));
  setTimeout(() => log('never'), 200);
  log('waiting', client.listenerCount('error'));
});
