// Certificates by the name that a client asks for: addContext, and a callback that answers later.
// why: One address serves many names; the wrong certificate is refused by every client.
// rows: l.sni l.server
'use strict';
const { log } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const other = tls.createSecureContext(identity('other'));
function answer(name, callback) {
  log('asked for', name);
  if (name === 'now.test') callback(null, other);
  else if (name === 'later.test') setTimeout(() => callback(null, other), 20);
  else if (name === 'none.test') callback(null, null);
  else callback(new Error('no such name'));
}
const cases = [
  ['added', { add: ['other.test'] }, 'other.test'],
  ['added, wild', { add: ['*.wild.test'] }, 'A.wild.test'],
  ['not added', { add: ['*.wild.test'] }, 'a.b.wild.test'],
  ['no name', { add: ['other.test'] }, undefined],
  ['now', { SNICallback: answer }, 'now.test'],
  ['later', { SNICallback: answer }, 'later.test'],
  ['none', { SNICallback: answer }, 'none.test'],
  ['refused', { SNICallback: answer }, 'refused.test'],
];
function next() {
  if (!cases.length) return;
  const [label, { add, ...options }, servername] = cases.shift();
  const lines = [];
  const server = tls.createServer({ ...identity('server'), ...options }, (c) => {
    lines.push(`secureConnection ${c.servername}`);
    c.end();
  });
  for (const name of add || []) server.addContext(name, identity('other'));
  server.on('tlsClientError', (error) => lines.push(`tlsClientError ${error.message}`));
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername, checkServerIdentity: () => undefined });
    socket.on('secureConnect', () => log(`${label}:`, socket.getPeerCertificate().subject.CN));
    socket.on('error', (error) => log(`${label}: error`, error.code));
    socket.on('close', () => server.close(() => setImmediate(() => {
      log(`${label}: server`, lines);
      next();
    })));
    socket.resume();
  });
}
next();
