// A client connects from a BoundSocket: by an address, by a name, and its end is known at once.
// why: A peer that admits certain ports must see that very port.
// rows: b.connect b.Socket 5.localPort 5.pending
'use strict';
const { log, net, watch } = require('../../tracing');

const server = net.createServer((peer) => {
  peer.resume();
  peer.end(String(peer.remotePort));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const lookup = (name, options, callback) => {
    log('lookup', name, options.all === true);
    setImmediate(callback, null, '127.0.0.1', 4);
  };
  const cases = [
    (handle) => net.connect({ handle, port, host: '127.0.0.1' }),
    (handle) => net.connect({ handle, port, host: 'localhost' }),
    (handle) => net.connect({ handle, port, host: 'some.name', lookup }),
    (handle) => new net.Socket({ handle }).connect(port, '127.0.0.1'),
    (handle) => new net.Socket({ handle }).connect({ port, host: '127.0.0.1', path: 'ignored' }),
  ];
  function next() {
    const make = cases.shift();
    if (make === undefined) {
      server.close();
      return;
    }
    const bound = new net.BoundSocket({ host: '127.0.0.1' });
    const own = bound.address().port;
    const socket = make(bound);
    log('connecting', socket.localPort === own, socket.localAddress, socket.pending, socket.connecting, socket.readyState);
    watch(socket, 'socket', 'lookup', 'connectionAttemptFailed', 'connect', 'ready', 'end', 'finish', 'error');
    socket.on('connect', () => log('connected', socket.localPort === own, socket.remotePort === port, socket.pending));
    socket.on('data', (data) => log('data', String(data) === String(own)));
    socket.on('close', (hadError) => {
      log('close', hadError, socket.localPort, socket.localAddress, socket.address());
      next();
    });
  }
  next();
});
