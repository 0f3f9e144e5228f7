// A socket whose connection was refused connects elsewhere after its close, over a path and over TCP.
// why: The usual retry loop calls connect() from close; errored must be cleared and the connect listener must not pile up.
// rows: 6.reconnect 8.1 6.ipc 6.tcp
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end('tcp'));
const other = net.createServer((c) => c.end('path'));
server.listen(0, '127.0.0.1', () => {
  other.listen('s.sock', () => {
    const port = server.address().port;
    const places = [
      { path: 'missing.sock' },
      { port, host: '127.0.0.2' },
      { path: 's.sock' },
      { port, host: '127.0.0.1' },
      { path: 's.sock' },
    ];
    const socket = new net.Socket();
    watch(socket, 'socket', 'connect', 'ready', 'data', 'end', 'close');
    socket.on('error', (error) => log('error', error.code, socket.errored === error));
    function next() {
      const place = places.shift();
      if (place === undefined) {
        server.close();
        other.close();
        return;
      }
      socket.connect(place, () => log('listener', socket.remoteAddress, socket.listenerCount('connect')));
      log('connecting', socket.connecting, socket.errored, socket.destroyed);
    }
    socket.on('close', next);
    next();
  });
});
