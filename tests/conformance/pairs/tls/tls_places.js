// The forms of connect, a Unix socket, an idle timeout, and TLS inside of TLS.
// why: Ported code calls connect in all of its forms, and expects of a TLS socket whatever any socket can.
// rows: l.arguments l.connect
'use strict';
const { log, watch } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const options = { ca, servername: 'localhost' };
const server = tls.createServer(identity('server'), (c) => c.end('hello'));
server.listen('./place', () => {
  const socket = tls.connect('./place', options, () => log('path', socket.authorized, socket.remoteAddress));
  socket.on('data', (data) => log('path data', data));
  socket.on('close', () => server.close(forms));
});
function forms() {
  const second = tls.createServer(identity('server'), (c) => c.end('hello'));
  listen(second, (port) => {
    const places = [
      (done) => tls.connect(port, done),
      (done) => tls.connect(port, { ...options, host: '127.0.0.1' }, done),
      (done) => tls.connect(port, '127.0.0.1', options, done),
      (done) => tls.connect({ ...options, port, host: '127.0.0.1' }, done),
    ];
    function next() {
      if (!places.length) return second.close(idle);
      const socket = places.shift()(() => log('connected', socket.authorized));
      socket.on('error', (error) => log('error', error.code));
      socket.on('close', next);
      socket.resume();
    }
    next();
  });
}
function idle() {
  const third = tls.createServer(identity('server'), (c) => {
    c.setTimeout(50, () => {
      log('idle', c.timeout);
      c.end('too slow');
    });
  });
  listen(third, (port) => {
    const socket = tls.connect({ ...options, port, host: '127.0.0.1' });
    watch(socket, 'idle', 'data', 'end', 'close');
    socket.on('close', () => third.close(inside));
  });
}
function inside() {
  const fourth = tls.createServer(identity('server'), (outer) => {
    const inner = new tls.TLSSocket(outer, { isServer: true, ...identity('rsa') });
    inner.on('data', (data) => inner.end(`inside: ${data}`));
  });
  listen(fourth, (port) => {
    const outer = tls.connect({ ...options, port, host: '127.0.0.1' }, () => {
      const inner = tls.connect({ ...options, socket: outer }, () => {
        log('inside', outer.getPeerCertificate().bits, inner.getPeerCertificate().bits);
        inner.write('x'.repeat(10));
      });
      watch(inner, 'inside', 'data', 'end', 'close');
      inner.on('close', () => fourth.close());
    });
  });
}
