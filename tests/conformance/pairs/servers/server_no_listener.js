// A server without a connection listener still accepts; a client that only ends is let go.
// why: Without a listener the socket is never read: a peer that sends data stays until it is destroyed.
// rows: 4.event.connection 8.2 8.4 4.getConnections
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
server.on('close', () => log('server close'));
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const silent = net.connect(port, '127.0.0.1', () => silent.end());
  silent.resume();
  silent.on('close', (failed) => {
    log('silent close', failed, silent.bytesRead);
    server.getConnections((error, count) => log('count', count));
    const talker = net.connect(port, '127.0.0.1', () => talker.end('nobody reads this'));
    talker.resume();
    talker.on('close', (again) => log('talker close', again));
    setTimeout(() => {
      server.getConnections((error, count) => log('count', count));
      log('talker', talker.destroyed, talker.writableFinished);
      server.close();
      talker.destroy();
    }, 40);
  });
});
