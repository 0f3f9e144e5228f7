// What is wrong with a key or a certificate is reported by the call, whatever is given beside it.
// why: A server whose key is unreadable, or belongs to another certificate, must not start and then fail with each client.
// rows: l.context l.errors l.server
'use strict';
const { log } = require('../../tracing');
const { ca, identity, pem, tls } = require('../../identities');

const { cert, key } = identity('server');
const rsa = identity('rsa');
const locked = pem('server-locked-key');
const part = (text, size = 100) => String(text).slice(0, size);
const pemOf = (kind, text) => `-----BEGIN ${kind}-----\n${text}\n-----END ${kind}-----\n`;
const cases = {
  'key alone': { key },
  'certificate alone': { cert },
  'garbage as key': { key: 'x' },
  'garbage as key, bytes': { key: Buffer.from([255, 0, 1]), cert },
  'garbage among keys': { cert, key: [key, 'x'] },
  'garbage among certificates': { cert: [cert, 'x'], key },
  'garbage as both': { cert: 'x', key: 'y' },
  'garbage in a key': { cert, key: pemOf('PRIVATE KEY', 'AAAA') },
  'part of a key': { cert, key: part(key) },
  'part of a certificate': { cert: part(cert), key },
  'part of a certificate alone': { cert: part(cert) },
  'part of a chain': { cert: cert + part(ca, 60), key },
  'no base64': { cert: pemOf('CERTIFICATE', '!!!!') },
  'a word before': { cert: 'ü' + cert, key },
  'a line before': { cert: 'ü\n' + cert, key },
  'words behind': { cert: cert + 'words', key: key + 'words' },
  'certificate as key': { cert, key: cert },
  'key as certificate': { cert: key },
  'another key': { cert, key: pem('other-key') },
  'another key behind': { cert, key: [key, pem('other-key')] },
  'another key before': { cert, key: [pem('other-key'), key] },
  'the last certificate': { cert: [pem('other-cert'), cert], key },
  'not the last': { cert: [cert, pem('other-cert')], key },
  'key of another kind': { cert, key: rsa.key },
  'of two kinds': { cert: [rsa.cert, cert], key: [key, rsa.key] },
  'locked, alone': { key: locked },
  'wrong passphrase, alone': { key: locked, passphrase: 'x' },
  'passphrase, alone': { key: locked, passphrase: 'sesame' },
  'passphrase without need': { key, passphrase: 'x' },
  'type of passphrase': { key, passphrase: 5 },
  'type of its passphrase': { key: [{ pem: key, passphrase: 5 }] },
  'passphrase without key': { passphrase: 5 },
  'empty': { key: '', cert: '', ca: '' },
  'empty lists': { key: [], cert: [], ca: [] },
  'falsy': { key: false, cert: 0 },
  'falsy in a list': { key: [false] },
  'object as certificate': { cert: {} },
  'object as key': { key: {} },
  'object among keys': { key: [{}] },
  'object among authorities': { ca: [{}] },
  'part of an authority': { ca: part(ca) },
  'key as authority': { ca: key },
  'garbage behind an authority': { ca: ca + pemOf('CERTIFICATE', 'AAAA') },
};

function outcome(make) {
  try {
    const made = make();
    if (made.destroy) made.on('error', () => {}).destroy();
    return 'fine';
  } catch (error) {
    return `${error.code} ${error.name} ${error.reason || error.message}`;
  }
}
for (const [label, options] of Object.entries(cases)) {
  const found = outcome(() => tls.createSecureContext(options));
  log(label, found);
  const calls = {
    createServer: () => tls.createServer(options),
    connect: () => tls.connect({ port: 1, ...options }),
    TLSSocket: () => new tls.TLSSocket(undefined, options),
    addContext: () => tls.createServer().addContext('x', options) || {},
    setSecureContext: () => tls.createServer().setSecureContext(options) || {},
  };
  for (const [name, call] of Object.entries(calls)) if (outcome(call) !== found) log(name, outcome(call));
}
