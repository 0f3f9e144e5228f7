// The option signal: aborted before, while connecting and once connected; ABORT_ERR each time, then close.
// why: Cancelling by AbortSignal is destroy() with ABORT_ERR at any stage; the reason is the error's cause.
// rows: 5.option.signal 6.factory 8.1
const { attempt, log, net, watch } = require('../../tracing');

function connect(port, signal, label) {
  const client = net.connect({ port, host: '127.0.0.1', signal });
  log(label + ' returned', client.destroyed, client.connecting, client.readyState);
  watch(client, label, 'connectionAttempt', 'connect', 'ready', 'close');
  client.on('error', (error) => log(label + ' error', error.name, error.code, error.message, error.cause));
  return client;
}

const server = net.createServer((c) => c.on('error', () => log('never')));
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const before = new AbortController();
  before.abort('too early');
  const unborn = new net.Socket({ signal: before.signal });
  watch(unborn, 'unborn', 'close');
  unborn.on('error', (error) => log('unborn error', error.name, error.code, error.message, error.cause));
  log('unborn', unborn.destroyed, unborn.readyState);
  unborn.on('close', () => {
    const during = new AbortController();
    connect(port, during.signal, 'during').on('close', () => {
      const after = new AbortController();
      const client = connect(port, after.signal, 'after');
      client.on('connect', () => {
        after.abort('enough');
        log('after aborted', client.destroyed);
        client.write('x', (error) => log('written', error.code));
      });
      client.on('close', () => server.close(() => log('server closed')));
    });
    during.abort('changed my mind');
    log('during aborted');
  });
});
