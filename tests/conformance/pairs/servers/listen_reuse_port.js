// reusePort: two servers share a port; if only one asks for it, EADDRINUSE.
// why: The kernel shares a port only if both sockets ask; a server that set it unasked could be joined by a stranger.
// rows: 4.listen.options.reusePort 4.event.error
'use strict';
const { log, net } = require('../../tracing');

function pair(one, two, done) {
  let served = 0;
  const accept = (socket) => {
    served += 1;
    socket.end('hello');
  };
  const first = net.createServer(accept);
  const second = net.createServer(accept);
  second.on('error', (error) => {
    log('second error', one, two, error.code, error.syscall, second.listening);
    first.close(done);
  });
  first.listen({ port: 0, host: '127.0.0.1', reusePort: one }, () => {
    const port = first.address().port;
    second.listen({ port, host: '127.0.0.1', reusePort: two }, () => {
      log('shared', one, two, second.address().port === port);
      const client = net.connect(port, '127.0.0.1');
      client.on('data', (data) => log('data', data));
      client.on('close', () => {
        log('served', served);
        first.close(() => second.close(done));
      });
    });
  });
}

pair(true, true, () => pair(true, false, () => pair(false, true, () => pair(false, false, () => log('done')))));
