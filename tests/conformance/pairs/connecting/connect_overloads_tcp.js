// Every overload of net.connect() for TCP: the result, the listener added once, the order of the events.
// why: A port may be a number or a string and the host may be left out; each form is used in the wild and adds its listener once.
// rows: 6.factory 6.tcp 7.connect 7.createConnection
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, () => {
  const port = server.address().port;
  const overloads = [
    (listener) => net.connect(port, listener),
    (listener) => net.connect(port, '127.0.0.1', listener),
    (listener) => net.connect(String(port), '127.0.0.1', listener),
    (listener) => net.connect({ port }, listener),
    (listener) => net.connect({ port, host: '127.0.0.1' }, listener),
    (listener) => net.createConnection(port, '::1', listener),
    (listener) => net.createConnection({ port: String(port), host: '::1' }, listener),
    () => net.createConnection(port, '127.0.0.1'),
  ];
  function next(number) {
    if (number === overloads.length) {
      server.close(() => log('server closed'));
      return;
    }
    log('overload', number);
    const client = overloads[number](() => log('listener', client.listenerCount('connect')));
    log('returned', client, client.listenerCount('connect'), client.connecting);
    watch(client, 'client', 'connect', 'ready', 'end', 'close');
    client.resume();
    client.on('close', () => next(number + 1));
  }
  next(0);
});
