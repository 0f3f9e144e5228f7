// STARTTLS: a plain connection that both sides secure in the middle.
// why: SMTP, IMAP, LDAP and PostgreSQL begin in plain text and go on encrypted over the same socket.
// rows: l.starttls l.connect
'use strict';
const { log, net, watch } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const server = net.createServer((raw) => {
  raw.write('220 hello\r\n');
  raw.once('data', (data) => {
    log('server heard', data);
    raw.write('220 go ahead\r\n', () => {
      const secured = new tls.TLSSocket(raw, { isServer: true, ...identity('server') });
      secured.on('secure', () => log('server secure', secured.encrypted, secured instanceof net.Socket));
      secured.on('data', (data) => {
        log('server data', data);
        secured.end('bye');
      });
      watch(secured, 'server', 'end');
    });
  });
});
listen(server, (port) => {
  const raw = net.connect(port, '127.0.0.1');
  raw.once('data', (greeting) => {
    log('client heard', greeting);
    raw.write('STARTTLS\r\n');
    raw.once('data', (answer) => {
      log('client heard', answer);
      const secured = tls.connect({ socket: raw, ca, servername: 'localhost' }, () => {
        log('client secureConnect', secured.authorized, secured.remotePort === port, raw.destroyed);
        secured.write('secret');
      });
      log('client', secured.connecting, secured.encrypted, secured.allowHalfOpen);
      watch(secured, 'client', 'data', 'end', 'close');
      raw.on('close', () => log('raw closed', secured.destroyed));
      secured.on('close', () => server.close(early));
    });
  });
});
// Over a socket that is still connecting.
function early() {
  const second = tls.createServer(identity('server'), (c) => c.end('early'));
  listen(second, (port) => {
    const raw = net.connect(port, '127.0.0.1');
    const secured = tls.connect({ socket: raw, ca, servername: 'localhost' });
    log('early', secured.connecting);
    watch(secured, 'early', 'connect', 'secureConnect', 'data', 'close');
    secured.on('close', () => second.close());
  });
}
