// socket.connect() with its overloads: it returns the socket, and one socket takes its states in order.
// why: Every overload must return the socket for chaining and run through the same states.
// rows: 5.connect 6.tcp 5.connecting 5.pending 5.readyState
const { log, net, watch } = require('../../tracing');

function states(label, socket) {
  log(label, socket.connecting, socket.pending, socket.destroyed, socket.readyState);
}

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const overloads = [
    (socket, listener) => socket.connect(port, '127.0.0.1', listener),
    (socket, listener) => socket.connect({ port, host: '127.0.0.1' }, listener),
    (socket, listener) => socket.connect({ port, host: 'localhost', family: 4 }, listener),
    (socket) => socket.connect(port, '127.0.0.1'),
  ];
  function next(number) {
    if (number === overloads.length) {
      server.close();
      return;
    }
    log('overload', number);
    const socket = new net.Socket();
    states('new', socket);
    watch(socket, 'socket', 'connectionAttempt', 'connect', 'ready', 'end', 'close');
    const result = overloads[number](socket, (...values) => log('listener', values));
    log('same', result === socket);
    states('connecting', socket);
    socket.on('connect', () => states('connected', socket));
    socket.on('end', () => states('ended', socket));
    socket.on('close', () => states('closed', socket));
    socket.on('close', () => next(number + 1));
    socket.resume();
  }
  next(0);
});
