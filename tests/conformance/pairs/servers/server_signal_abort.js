// Aborting the signal of listen() equals close(): it waits for those inside.
// why: Abort means stop accepting, not cut off: connections inside are served to their end.
// rows: 4.signal 4.listen.options.signal 4.event.close
'use strict';
const { log, net } = require('../../tracing');

const controller = new AbortController();
const server = net.createServer((socket) => {
  log('connection');
  controller.abort();
  log('aborted', server.listening, server.address(), controller.signal.aborted);
  socket.on('data', (data) => log('server data', data));
  socket.on('end', () => log('server end'));
  socket.on('close', (failed) => log('server socket close', failed));
});
server.on('error', () => log('never'));
server.on('close', (...values) => log('server close', ...values));
server.listen({ port: 0, host: '127.0.0.1', signal: controller.signal }, () => {
  log('listening');
  const client = net.connect(server.address().port, '127.0.0.1', () => client.end('still here'));
});
