// A server that asks its clients for certificates: none, a good one, that of a stranger.
// why: Where a certificate is the only key, a client that gets in without one has broken in; and one that is kept out for no reason is a fault to find.
// rows: l.client.certificate l.server l.errors
'use strict';
const { log } = require('../../tracing');
const { brief, ca, identity, listen, tls } = require('../../identities');

const cases = [
  ['none', {}, {}],
  ['none, not insisted on', { rejectUnauthorized: false }, {}],
  ['good', {}, identity('client')],
  ['good, not insisted on', { rejectUnauthorized: false }, identity('client')],
  ['stranger', {}, identity('stranger')],
  ['stranger, 1.2', { maxVersion: 'TLSv1.2' }, identity('stranger')],
];
function next() {
  if (!cases.length) return;
  const [label, theirs, ours] = cases.shift();
  const lines = [];
  const server = tls.createServer({ ...identity('server'), requestCert: true, ca, ...theirs }, (c) => {
    const cert = c.getPeerCertificate();
    lines.push(`secureConnection ${c.authorized} ${c.authorizationError || '-'} ${cert.subject ? cert.subject.CN : '-'}`);
    c.on('error', () => {});
    c.end('hello');
  });
  server.on('tlsClientError', (error, socket) => lines.push(`tlsClientError ${brief(error)} ${socket.authorizationError || '-'}`));
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost', ...ours });
    for (const name of ['secureConnect', 'data', 'end']) socket.on(name, (...values) => log(`${label}: ${name}`, ...values));
    socket.on('error', (error) => log(`${label}: error`, brief(error)));
    socket.on('close', (hadError) => {
      log(`${label}: close`, hadError);
      server.close(() => setImmediate(() => {
        log(`${label}: server`, lines);
        next();
      }));
    });
  });
}
next();
