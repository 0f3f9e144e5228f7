// A pending connect holds the program although its socket was unref'ed; afterwards nothing does.
// why: libuv counts the connect request besides the handle, so an unref'ed socket still holds the program until it is connected.
// rows: 5.unref 6.tcp
const { attempt, log, net } = require('../../tracing');

const server = net.createServer((c) => c.unref());
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => {
    log('connected', client.readyState);
    process.nextTick(() => log('tick'));
  });
  server.unref();
  log('unref', client.unref() === client, client.connecting);
  client.on('ready', () => log('ready'));
  client.on('close', () => log('never'));
});
