// The signal of listen(): aborted before, in the same tick, and while a connection is open.
// why: Aborting must never leave a listener behind, in whichever moment of listen() it comes.
// rows: 4.listen.options.signal 4.event.close 4.close
const { attempt, log, net, watch } = require('../../tracing');

function listen(label, signal, then) {
  const server = net.createServer((c) => c.on('end', () => log(label + ' connection ended')).resume());
  watch(server, label, 'listening', 'error', 'close');
  log(label, server.listen({ port: 0, host: '127.0.0.1', signal }) === server, server.listening);
  server.on('close', () => setImmediate(then));
  return server;
}

for (const signal of [5, 'x', {}]) attempt('bad', () => net.createServer().listen({ port: 0, signal }));
listen('before', AbortSignal.abort('too early'), () => {
  const during = new AbortController();
  listen('during', during.signal, () => {
    const after = new AbortController();
    const server = listen('after', after.signal, () => log('done', server.listening, server.address()));
    server.on('listening', () => {
      const client = net.connect(server.address().port, '127.0.0.1', () => {
        after.abort();
        log('aborted', server.listening, client.readyState);
        setTimeout(() => client.end(), 10);
      });
      client.resume();
    });
  });
  during.abort();
  log('aborted at once');
});
