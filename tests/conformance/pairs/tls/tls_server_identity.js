// The names of a certificate against the name that was asked for, and a check of one's own.
// why: Whoever asks for one name and takes the certificate of another talks to anybody; and some programs pin certificates by a check of their own.
// rows: l.identity l.errors
'use strict';
const { attempt, log } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const own = (host, cert) => (log('asked', host, cert.subject.CN), cert.subject.CN === 'other.test' ? undefined : new Error('not the pinned one'));
const cases = [
  ['wrong name', 'other', { servername: 'localhost' }],
  ['wild', 'other', { servername: 'a.wild.test' }],
  ['too deep', 'other', { servername: 'a.b.wild.test' }],
  ['no name, an address', 'other', {}],
  ['an address of it', 'server', {}],
  ['own check', 'other', { servername: 'whatever.test', checkServerIdentity: own }],
  ['own check fails', 'server', { checkServerIdentity: own }],
];
function next() {
  if (!cases.length) return direct();
  const [label, name, options] = cases.shift();
  const server = tls.createServer(identity(name), (c) => c.on('error', () => {}));
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, ...options });
    socket.on('secureConnect', () => {
      log(`${label}: secureConnect`, socket.authorized);
      socket.end();
    });
    socket.on('error', (error) => log(`${label}: error`, error.code, error.message, error.reason, error.host, error.cert && error.cert.subject.CN));
    socket.on('close', () => {
      log(`${label}: close`, socket.authorized, socket.authorizationError);
      server.close(next);
    });
    socket.resume();
  });
}
function direct() {
  const check = (label, host, cert) => {
    const error = tls.checkServerIdentity(host, cert);
    log(label, error && error.code, error && error.reason);
  };
  check('common name', 'a.test', { subject: { CN: 'a.test' } });
  check('common name, wrong', 'b.test', { subject: { CN: 'a.test' } });
  check('several', 'b.test', { subject: { CN: ['a.test', 'b.test'] } });
  check('alternative before common', 'a.test', { subject: { CN: 'a.test' }, subjectaltname: 'DNS:b.test' });
  check('wild', 'x.a.test', { subject: {}, subjectaltname: 'DNS:*.a.test' });
  check('wild alone', 'a.test', { subject: {}, subjectaltname: 'DNS:*.a.test' });
  check('wild in a part', 'xyz.a.test', { subject: {}, subjectaltname: 'DNS:x*.a.test' });
  check('wild top', 'test', { subject: {}, subjectaltname: 'DNS:*' });
  check('wild of two', 'a.test', { subject: {}, subjectaltname: 'DNS:*.test' });
  check('upper case', 'A.TEST', { subject: {}, subjectaltname: 'DNS:a.test' });
  check('dot at the end', 'a.test.', { subject: {}, subjectaltname: 'DNS:a.test' });
  check('address', '127.0.0.1', { subject: {}, subjectaltname: 'IP Address:127.0.0.1' });
  check('address as a name', '127.0.0.1', { subject: { CN: '127.0.0.1' }, subjectaltname: 'DNS:127.0.0.1' });
  check('address 6', '::1', { subject: {}, subjectaltname: 'IP Address:0:0:0:0:0:0:0:1' });
  check('nothing', 'a.test', {});
  check('no names', 'a.test', { subject: {} });
  check('uri', 'a.test', { subject: { CN: 'a.test' }, subjectaltname: 'URI:http://b.test/' });
}
next();
