// What getPeerCertificate shows of a certificate, and of the chain above it.
// why: Programs log, compare and pin parts of certificates: fingerprints, names, dates, the serial number.
// rows: l.certificate l.connect
'use strict';
const { log } = require('../../tracing');
const { ca, identity, listen, pem, tls } = require('../../identities');

const names = ['server', 'rsa', 'other', 'below'];
function show(label, cert) {
  for (const key of Object.keys(cert).sort()) {
    const value = cert[key];
    if (key === 'issuerCertificate' || value === undefined) continue;
    log(`${label} ${key}`, Buffer.isBuffer(value) ? value.toString('hex') : value);
  }
}
function next() {
  if (!names.length) return;
  const name = names.shift();
  const own = identity(name);
  if (name === 'below') own.cert = Buffer.concat([own.cert, pem('intermediate-cert')]);
  const server = tls.createServer(own, (c) => {
    log(`${name} of the client`, c.getPeerCertificate());
    c.end();
  });
  listen(server, (port) => {
    const options = { port, host: '127.0.0.1', ca, servername: name === 'other' ? 'other.test' : 'localhost' };
    const socket = tls.connect(options, () => {
      const cert = socket.getPeerCertificate();
      show(name, cert);
      log('detail', 'issuerCertificate' in cert, socket.getPeerCertificate(true).subject.CN);
      if (name === 'below') show('above', socket.getPeerCertificate(true).issuerCertificate);
      socket.resume();
    });
    log('before', socket.getPeerCertificate(), socket.getCipher());
    socket.on('close', () => {
      log('after', socket.getPeerCertificate());
      server.close(next);
    });
  });
}
next();
