// listen() and abort() in one tick: only close. An aborted server may listen again.
// why: Abort right after listen() must not leave a bound path; the old signal has no power over a later listen().
// rows: 4.signal 4.listen.options.signal 4.event.close
'use strict';
const { log, net, watch } = require('../../tracing');

const controller = new AbortController();
const server = net.createServer();
watch(server, 'server', 'listening', 'close', 'error');
server.listen({ path: 's.sock', signal: controller.signal }, () => log('callback'));
log('listening', server.listening);
controller.abort();
log('aborted', server.listening);
server.once('close', () => {
  server.listen({ path: 's.sock' }, () => {
    log('second callback', server.address());
    controller.abort();
    log('aborted twice', server.listening);
    server.close();
  });
});
