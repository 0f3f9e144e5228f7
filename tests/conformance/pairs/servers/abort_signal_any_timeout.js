// AbortSignal.any and AbortSignal.timeout, and a server and a client that they close.
// why: Combined signals carry a deadline and a shutdown in one; the first to fire gives the reason.
// rows: 4.listen.options.signal 5.option.signal 4.event.close
const { log, net, watch } = require('../../tracing');

const one = new AbortController();
const two = new AbortController();
const either = AbortSignal.any([one.signal, two.signal]);
either.addEventListener('abort', () => log('either', either.reason, one.signal.aborted, two.signal.aborted));
log('any', either.aborted, AbortSignal.any([]).aborted, AbortSignal.any([AbortSignal.abort('x'), two.signal]).reason);

const server = net.createServer((c) => {
  c.on('error', () => 0);
  c.resume();
});
watch(server, 'server', 'listening', 'error', 'close');
server.listen({ port: 0, host: '127.0.0.1', signal: either }, () => {
  const limit = AbortSignal.timeout(250);
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', signal: limit });
  client.on('error', (error) => {
    log('client error', error.name, error.code, error.cause.name, error.cause.message, limit.aborted);
    two.abort('the second');
    log('listening', server.listening);
  });
  watch(client, 'client', 'connect', 'close');
});
