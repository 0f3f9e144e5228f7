// rejectUnauthorized: false goes on, and says why the peer is not trusted.
// why: Programs for networks of their own go on with any certificate and look at authorized and authorizationError.
// rows: l.verify l.connect
'use strict';
const { log } = require('../../tracing');
const { ca, identity, listen, pem, tls } = require('../../identities');

const cases = [
  ['selfsigned', { ca }],
  ['server', { ca }],
  ['server', {}],
  ['below', { ca }],
  ['expired', { ca }],
  ['other', { ca }],
];
function next() {
  if (!cases.length) return;
  const [name, options] = cases.shift();
  const server = tls.createServer(identity(name), (c) => c.end('welcome'));
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, ...options });
    socket.on('secureConnect', () => log(`${name} secureConnect`, socket.authorized, socket.authorizationError));
    socket.on('data', (data) => log(`${name} data`, data));
    socket.on('error', (error) => log(`${name} error`, error));
    socket.on('close', (hadError) => {
      log(`${name} close`, hadError);
      server.close(next);
    });
  });
}
next();
