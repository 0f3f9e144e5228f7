// A signal that was aborted before connect(): the error and the close come, and nothing else should.
// why: An aborted caller is gone: connecting all the same opens a connection that no code will ever close.
// rows: 5.option.signal 8.1
// differs: A socket whose signal was aborted before never connects; Node's connects after its close and stays open.
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.unref());
server.listen(0, '127.0.0.1', () => {
  const signal = AbortSignal.abort('too early');
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', signal });
  log('returned', client.destroyed, client.connecting, client.readyState);
  watch(client, 'client', 'connectionAttempt', 'connect', 'ready', 'close');
  client.on('error', (error) => log('error', error.name, error.code, error.message, error.cause));
  client.on('close', () => {
    log('in close', client.destroyed, client.closed);
    client.unref();
    server.unref();
  });
});
