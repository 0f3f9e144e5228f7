// A signal that was aborted already closes at once; a signal of a closed server does nothing.
// why: A shutdown that came first must win: the server never listens but still emits close.
// rows: 4.signal 4.listen.options.signal 4.event.listening
'use strict';
const { log, net, watch } = require('../../tracing');

function late() {
  const controller = new AbortController();
  const server = net.createServer();
  watch(server, 'late', 'listening', 'close', 'error');
  server.listen({ port: 0, host: '127.0.0.1', signal: controller.signal }, () => {
    server.close(() => {
      controller.abort();
      log('aborted after close', server.listening);
    });
  });
}

const ways = [
  ['port', { port: 0, signal: AbortSignal.abort() }],
  ['host', { port: 0, host: '127.0.0.1', signal: AbortSignal.abort('why') }],
  ['path', { path: 's.sock', signal: AbortSignal.abort() }],
];

function next() {
  if (ways.length === 0) return late();
  const [label, options] = ways.shift();
  const server = net.createServer();
  watch(server, label, 'listening', 'error', 'close');
  server.on('close', () => setImmediate(next));
  const returned = server.listen(options, () => log('callback'));
  log(`${label} returned`, returned === server, server.listening);
  process.nextTick(() => log(`${label} tick`));
}

next();
