// What a client says of certificates that it cannot trust, one after the other.
// why: Programs tell a self-signed certificate from an expired one by the code, and some go on for one of them alone.
// rows: l.verify l.errors
'use strict';
const { log } = require('../../tracing');
const { ca, identity, listen, pem, tls } = require('../../identities');

const cases = [
  ['selfsigned', { ca }],
  ['server', {}],
  ['server', { ca: pem('other-cert') }],
  ['below', { ca }],
  ['expired', { ca }],
  ['client', { ca }],
  ['selfsigned', { ca: pem('selfsigned-cert') }],
  ['chain', {}],
];
function next() {
  if (!cases.length) return;
  const [name, options] = cases.shift();
  const found = name === 'chain'
    ? { key: identity('below').key, cert: Buffer.concat([pem('below-cert'), pem('intermediate-cert'), ca]) }
    : identity(name);
  const server = tls.createServer(found, (c) => c.on('error', () => {}));
  server.on('tlsClientError', () => {});
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ...options });
    socket.on('secureConnect', () => {
      log(`${name} secureConnect`, socket.authorized);
      socket.end();
    });
    socket.on('error', (error) => log(`${name} error`, error.code, error.message.split(";")[0]));
    socket.on('close', (hadError) => {
      log(`${name} close`, hadError, socket.authorized, socket.authorizationError);
      server.close(next);
    });
    socket.resume();
  });
}
next();
