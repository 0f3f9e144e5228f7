// Bad certificates, keys, passphrases, versions and ciphers are reported by the call.
// why: A server with a wrong key must say so when it starts, and not to its first client.
// rows: l.context l.errors
'use strict';
const { log } = require('../../tracing');
const { ca, identity, pem, tls } = require('../../identities');

function attempt(label, options) {
  try {
    tls.createSecureContext(options);
    log(label, 'fine');
  } catch (error) {
    log(label, error.code, error.name, /^error:/.test(error.message) ? '' : error.message);
  }
}
attempt('nothing');
attempt('good', identity('server'));
attempt('texts', { cert: String(pem('server-cert')), key: String(pem('server-key')) });
attempt('lists', { cert: [pem('server-cert'), pem('rsa-cert')], key: [pem('server-key'), pem('rsa-key')] });
attempt('no certificate', { cert: 'x' });
attempt('no key', { cert: pem('server-cert'), key: 'x' });
attempt('another key', { cert: pem('server-cert'), key: pem('other-key') });
attempt('locked', { cert: pem('server-cert'), key: pem('server-locked-key') });
attempt('wrong passphrase', { cert: pem('server-cert'), key: pem('server-locked-key'), passphrase: 'no' });
attempt('passphrase', { cert: pem('server-cert'), key: pem('server-locked-key'), passphrase: 'sesame' });
attempt('its own', { cert: pem('server-cert'), key: [{ pem: pem('server-locked-key'), passphrase: 'sesame' }] });
attempt('type of cert', { cert: 5 });
attempt('type of key', { key: 5 });
attempt('type of ca', { ca: 5 });
attempt('no authority', { ca: 'x' });
attempt('authorities', { ca: [ca, String(pem('other-cert'))] });
attempt('lowest version', { minVersion: 'TLSv9' });
attempt('highest version', { maxVersion: 'x' });
attempt('versions', { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' });
attempt('no such cipher', { ciphers: 'nonsense' });
attempt('type of ciphers', { ciphers: 5 });
attempt('ciphers', { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:HIGH:!aNULL' });
