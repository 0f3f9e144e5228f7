// A program whose servers are all unref'ed ends, without a close event.
// why: A program whose servers are all unref'ed just ends: no close event, no wait.
// rows: 4.unref 4.event.close
'use strict';
const { log, net, watch } = require('../../tracing');

const ways = [
  ['after listening', (server) => server.listen(0, '127.0.0.1', () => {
    log('unref', server.unref() === server, server.listening);
  })],
  ['before listen', (server) => server.unref().listen(0, '127.0.0.1')],
  ['at once', (server) => server.listen(0).unref()],
  ['path', (server) => server.listen('s.sock').unref()],
];
for (const [label, way] of ways) {
  const server = net.createServer();
  watch(server, label, 'close', 'connection', 'error');
  way(server);
}
setTimeout(() => log('a timer holds'), 20);
process.on('exit', () => log('exit'));
