// destroy(error) without a listener for error: close does not come any more.
// why: destroy(error) reports through the error event; without a listener the program ends before close is emitted.
// rows: 8.9 5.destroy
const { log, net } = require('../../tracing');

const server = net.createServer((c) => {
  c.on('close', () => log('never'));
  c.destroy(new Error('thrown out'));
  log('destroyed', c.destroyed);
  process.nextTick(() => log('a tick before'));
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('error', () => 0);
});
