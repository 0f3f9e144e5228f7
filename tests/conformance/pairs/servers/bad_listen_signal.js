// listen: a signal that is none; the server can still listen.
// why: A wrong signal must not be found out at shutdown, when the server would fail to close.
// rows: 4.listen.options.signal 4.signal
'use strict';
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
for (const signal of ['x', 5, true, {}, []]) attempt('signal', () => server.listen({ port: 0, signal }));
attempt('with a bad port', () => server.listen({ port: 70000, signal: {} }));
attempt('with a path', () => server.listen({ path: 's.sock', signal: 'x' }));
log('state', server.listening, server.listenerCount('close'));
const controller = new AbortController();
server.on('close', () => log('close', server.listening));
server.listen({ port: 0, host: '127.0.0.1', signal: controller.signal }, () => {
  log('listening', server.listening);
  controller.abort();
  log('aborted', controller.signal.aborted, server.listening);
});
