// Every overload of net.connect() for a Unix path, and what a connected one says about itself.
// why: A string that is no number is a path; Unix sockets have no lookup and no addresses, so logging code sees empty values.
// rows: 6.factory 6.ipc 6.option.path 1.1
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  log('server side', c.address(), c.remoteAddress, c.remotePort, c.remoteFamily, c.localAddress);
  c.end('bye');
});
server.listen('s.sock', () => {
  const overloads = [
    (listener) => net.connect('s.sock', listener),
    (listener) => net.connect({ path: 's.sock' }, listener),
    (listener) => net.createConnection('s.sock', listener),
    (listener) => net.createConnection({ path: './s.sock', allowHalfOpen: false }, listener),
    (listener) => new net.Socket().connect('s.sock', listener),
    (listener) => new net.Socket().connect({ path: 's.sock' }, listener),
  ];
  function next(number) {
    if (number === overloads.length) {
      server.close(() => log('server closed'));
      return;
    }
    log('overload', number);
    const client = overloads[number](() => {
      log('listener', client.address(), client.remoteAddress, client.remotePort, client.localPort);
    });
    log('returned', client.connecting, client.pending, client.readyState, client.address());
    const events = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'ready', 'data', 'end', 'close'];
    watch(client, 'client', ...events);
    client.on('close', () => next(number + 1));
  }
  next(0);
});
