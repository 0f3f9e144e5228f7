// listen while the server listens already, or is about to.
// why: While listening a further listen() is refused before its arguments are looked at; while a host is looked up it is not.
// rows: 4.listen.overloads 4.event.listening 4.event.close
'use strict';
const { attempt, log, net, watch } = require('../../tracing');

const server = net.createServer();
watch(server, 'server', 'listening', 'close', 'error');
server.listen(0, '127.0.0.1', () => {
  attempt('while listening', () => server.listen(0));
  attempt('while listening, a path', () => server.listen('s.sock'));
  attempt('while listening, a bad port', () => server.listen(70000));
  attempt('while listening, nothing', () => server.listen({}));
  server.close(() => {
    log('closed', server.listening);
    server.listen(0, () => {
      log('listening again', server.listening);
      server.close();
    });
  });
});
attempt('at once', () => server.listen(0));
attempt('at once with a callback', () => server.listen(0, () => log('never')));
log('listeners', server.listenerCount('listening'));
