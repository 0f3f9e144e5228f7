'use strict';
// Certificates and keys of the TLS pairs: made once, beside this file, valid until 2120.
const fs = require('node:fs');
const path = require('node:path');
const tls = require('node:tls');

const pem = (file) => fs.readFileSync(path.join(__dirname, 'certificates', `${file}.pem`));
// Whose certificate it is, as options: { cert, key }.
const identity = (name) => ({ cert: pem(`${name}-cert`), key: pem(`${name}-key`) });
const ca = pem('authority-cert');

// Listens on a free port and calls with it.
function listen(server, then) {
  server.listen(0, '127.0.0.1', () => then(server.address().port));
}

// An error of OpenSSL without what depends on its version: where in its code it happened.
function brief(error) {
  if (!error) return 'none';
  return `${error.code} ${error.library || '-'} ${error.reason || '-'}`;
}

module.exports = { brief, ca, identity, listen, pem, tls };
