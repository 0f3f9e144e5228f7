// How many arguments `close` comes with: of a socket that had no connection, one that failed to connect, and one that had.
// why: A listener with the one parameter of the manual is called for each; what it gets tells an error from an end.
// rows: 5.event.close 5.destroy 5.resetAndDestroy
const { log, net } = require('../../tracing');

const kinds = {
  destroyed: (s) => s.destroy(),
  failed: (s) => s.destroy(new Error('no')),
  reset: (s) => s.resetAndDestroy(),
  written: (s) => s.write('x'),
  ended: (s) => s.end(),
  refused: (s) => s.connect(1, '127.0.0.1'),
  connecting: (s, port) => s.connect(port, '127.0.0.1').destroy(),
  connected: (s, port) => s.connect(port, '127.0.0.1', () => s.destroy()),
  broken: (s, port) => s.connect(port, '127.0.0.1', () => s.destroy(new Error('broken'))),
};
const server = net.createServer((c) => { c.on('error', () => {}); c.resume(); });
server.listen(0, '127.0.0.1', () => {
  const names = Object.keys(kinds);
  function next() {
    const name = names.shift();
    if (name === undefined) return server.close();
    const socket = new net.Socket();
    socket.on('error', (error) => log(`${name} error`, error.message));
    socket.on('close', (...values) => { log(`${name} close`, values.length, ...values); });
    kinds[name](socket, server.address().port);
    setTimeout(next, 30);
  }
  next();
});
