// An exception in the connection listener ends the program: nothing runs after it, not even the client's events.
// why: Serving on after a bug in the listener would run with state that it left half changed.
// rows: 8.9 4.event.connection
const { log, net } = require('../../tracing');

const server = net.createServer((c) => {
  log('connection', c.remoteAddress);
  process.nextTick(() => log('never'));
  throw Object.assign(new Error('the listener failed'), { code: 'MINE' });
});
server.on('error', () => log('never'));
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('close', () => log('never'));
  client.on('data', () => log('never'));
});
