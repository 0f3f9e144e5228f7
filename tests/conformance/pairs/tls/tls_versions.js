// Versions and ciphers: what both can is used, and having none in common is an error on both sides.
// why: Old peers speak TLS 1.2 alone; programs log which version and cipher they got, and alert on a failed handshake by its code.
// rows: l.version l.errors
'use strict';
const { log } = require('../../tracing');
const { brief, ca, identity, listen, tls } = require('../../identities');

const older = { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' };
const cases = [
  ['newest', 'server', {}, {}],
  ['1.2 on the server', 'server', { maxVersion: 'TLSv1.2' }, {}],
  ['1.2 on the client', 'rsa', {}, { maxVersion: 'TLSv1.2' }],
  ['by the cipher', 'server', {}, older],
  ['none in common', 'server', { maxVersion: 'TLSv1.2' }, { minVersion: 'TLSv1.3' }],
  ['none in common, other way', 'server', { minVersion: 'TLSv1.3' }, { maxVersion: 'TLSv1.2' }],
  ['no cipher', 'server', { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, older],
];
function next() {
  if (!cases.length) return;
  const [label, name, theirs, ours] = cases.shift();
  const server = tls.createServer({ ...identity(name), ...theirs }, (c) => c.end());
  server.on('tlsClientError', (error) => log(`${label}: tlsClientError`, brief(error)));
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost', ...ours });
    socket.on('secureConnect', () => log(`${label}:`, socket.getProtocol(), socket.getCipher()));
    socket.on('error', (error) => log(`${label}: error`, brief(error)));
    socket.on('close', (hadError) => {
      log(`${label}: close`, hadError);
      server.close(next);
    });
    socket.resume();
  });
}
next();
