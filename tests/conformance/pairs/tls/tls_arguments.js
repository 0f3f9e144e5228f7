// Bad arguments of connect and createServer are thrown, and what is made looks as it should.
// why: A mistake in an option must be seen where it is made, and code asks sockets and servers what they are before they do anything.
// rows: l.arguments l.errors
'use strict';
const { attempt, log, net } = require('../../tracing');
const { identity, tls } = require('../../identities');

attempt('handshakeTimeout', () => tls.createServer({ handshakeTimeout: 'x' }));
attempt('empty protocol', () => tls.createServer({ ALPNProtocols: [''] }));
attempt('long protocol', () => tls.createServer({ ALPNProtocols: ['a'.repeat(256)] }));
attempt('SNICallback', () => tls.createServer({ SNICallback: 5 }));
attempt('options', () => tls.createServer('x'));
attempt('addContext', () => tls.createServer({}).addContext('', {}));
attempt('checkServerIdentity', () => tls.connect({ port: 1, checkServerIdentity: 5 }));
attempt('port', () => tls.connect({ port: 65536 }));
attempt('nowhere', () => tls.connect({}));
attempt('minDHSize', () => tls.connect({ port: 1, minDHSize: 'x' }));
attempt('minVersion', () => tls.connect({ port: 1, minVersion: 'x' }));
attempt('minVersion of a server', () => tls.createServer({ minVersion: 'x' }));
const server = tls.createServer(identity('server'));
log('server', server instanceof net.Server, server instanceof tls.Server, server.listening, server.listenerCount('connection'), server.listenerCount('secureConnection'), server.allowHalfOpen);
const socket = new tls.TLSSocket();
log('socket', socket instanceof net.Socket, socket.encrypted, socket.authorized, socket.authorizationError, socket.secureConnecting, socket.allowHalfOpen);
log('nothing yet', socket.alpnProtocol, socket.servername, socket.getPeerCertificate(), socket.isSessionReused(), socket.readyState);
socket.destroy();
log('destroyed', socket.destroyed, socket.getPeerCertificate());
log('defaults', tls.DEFAULT_MIN_VERSION, tls.DEFAULT_MAX_VERSION, tls.DEFAULT_CIPHERS);
log('ciphers', tls.getCiphers().includes('ecdhe-rsa-aes128-gcm-sha256'), tls.getCiphers().includes('tls_aes_128_gcm_sha256'));
