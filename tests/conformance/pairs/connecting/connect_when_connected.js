// connect() on a socket that is connected already: of TCP, accepted, and of a path; once and again.
// why: Clients that call connect() again after a lost `close` must not lose the connection that works, nor hold two.
// rows: 5.connect 6.reconnect 5.connecting
const { log, net, watch } = require('../../tracing');

const shared = { accepted: null };
const server = net.createServer((c) => {
  shared.accepted = c;
  c.on('error', () => {});
  c.on('data', (data) => log('server', data));
});
const other = net.createServer((c) => c.on('data', (data) => log('unix server', data)));
const again = {
  same: (s, port) => s.connect(port, '127.0.0.1', () => s.end('same')),
  elsewhere: (s) => s.connect(1, '127.0.0.1', () => s.end('elsewhere')),
  name: (s, port) => s.connect(port, 'localhost', () => s.end('name')),
  thrice: (s, port) => s.connect(port, '127.0.0.1', () => s.connect(port, '127.0.0.1', () => log('never'))),
  path: (s) => s.connect('u.sock', () => log('never')),
  local: (s, port) => s.connect({ port, host: '127.0.0.1', localPort: 20231 }, () => log('never')),
  destroyed: (s, port) => s.connect(port, '127.0.0.1', () => log('never')).destroy(),
  accepted: (s, port) => {
    shared.accepted.on('error', (error) => log('accepted error', error.code));
    shared.accepted.connect(port, '127.0.0.1', () => log('never'));
  },
  unix: (s) => s.connect('u.sock', () => log('never')),
  missing: (s) => s.connect('none.sock', () => log('never')),
};
server.listen(0, '127.0.0.1', () => other.listen('u.sock', () => {
  const port = server.address().port;
  const names = Object.keys(again);
  function next() {
    const name = names.shift();
    if (name === undefined) {
      server.close();
      other.close();
      return;
    }
    log(`- ${name}`);
    const unix = name === 'unix' || name === 'missing';
    const socket = unix ? net.connect('u.sock') : net.connect(port, '127.0.0.1');
    socket.once('ready', () => setTimeout(() => {
      watch(socket, name, 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'ready', 'end', 'error');
      again[name](socket, port);
      log('state', socket.connecting, socket.pending, socket.readyState);
    }, 20));
    socket.resume();
    socket.on('close', (hadError) => {
      log('close', hadError);
      setTimeout(next, 20);
    });
  }
  next();
}));
