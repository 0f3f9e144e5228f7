// net.connect() goes through Socket.prototype.connect, which tracers put a function of theirs in the place of.
// why: Tracers, proxies and tests hook outgoing connections there; a connect that went around it would be invisible to them.
// rows: 5.connect 7.connect
const { log, net } = require('../../tracing');

const original = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  log('traced', this.connecting, this.timeout);
  this.on('connect', () => log('before the listener'));
  return original.apply(this, args);
};
const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const ways = [
    (listener) => net.connect(port, '127.0.0.1', listener),
    (listener) => net.createConnection({ port, host: '127.0.0.1', timeout: 5000 }, listener),
    (listener) => new net.Socket().connect(port, '127.0.0.1', listener),
    () => net.connect(port, '127.0.0.1'),
  ];
  function next() {
    const way = ways.shift();
    if (way === undefined) return server.close();
    const socket = way(() => log('listener'));
    log('returned', socket, socket.connecting, socket.listenerCount('connect'));
    socket.resume();
    socket.on('close', next);
  }
  next();
});
