// The factories: what they return, and that connect and createConnection are one and the same.
// why: Code tests instanceof and compares connect with createConnection; both must be the same kind of socket.
// rows: 7.connect 7.createConnection 7.createServer 7.Stream 6.factory
'use strict';
const { log, net } = require('../../tracing');

log('stream is socket', net.Stream === net.Socket);
const server = net.createServer({ pauseOnConnect: false }, (socket) => {
  log('connection', socket, socket instanceof net.Stream);
  socket.end();
  socket.resume();
});
log('server', server, server instanceof net.Server, server.listenerCount('connection'));
log('without a listener', net.createServer().listenerCount('connection'), net.createServer({}).listenerCount('connection'));
log('by hand', new net.Server().listenerCount('connection'), new net.Socket(), new net.Stream());
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const first = net.connect(port, '127.0.0.1', () => {
    log('first connect', first.remoteFamily, first.listenerCount('connect'));
    first.resume();
  });
  log('first', first, first instanceof net.Socket, first.connecting, first.listenerCount('connect'));
  first.on('close', (failed) => {
    log('first close', failed);
    const second = net.createConnection({ port, host: '127.0.0.1' }, () => {
      log('second connect', second.remoteFamily, second.listenerCount('connect'));
      second.resume();
    });
    log('second', second, second instanceof net.Socket, second.connecting, second.listenerCount('connect'));
    second.on('close', (again) => {
      log('second close', again);
      server.close();
    });
  });
});
server.on('close', () => log('server close'));
