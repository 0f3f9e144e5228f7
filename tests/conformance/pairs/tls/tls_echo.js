// An echo over TLS: the events of both sides, from the connect to the close.
// why: The first program that anybody moves from net to tls: another order, or an event missing, and its handlers run at the wrong time.
// rows: l.connect l.server l.echo
'use strict';
const { log, watch } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const server = tls.createServer(identity('server'), (c) => {
  log('server secureConnection', c.encrypted, c.authorized, c.authorizationError, c.getProtocol());
  watch(c, 'server', 'data', 'end', 'finish', 'error', 'close');
  c.pipe(c);
});
server.on('close', () => log('server closed'));
listen(server, (port) => {
  const socket = tls.connect(port, '127.0.0.1', { ca, servername: 'localhost' }, () => {
    log('client secureConnect', socket.encrypted, socket.authorized, socket.authorizationError, socket.secureConnecting);
    log('client', socket.getProtocol(), socket.servername, socket.isSessionReused(), socket.remoteAddress);
    socket.write('hello');
  });
  log('connecting', socket.connecting, socket.secureConnecting, socket.encrypted, socket.authorized);
  watch(socket, 'client', 'connect', 'ready', 'secure', 'end', 'finish', 'error', 'close');
  socket.on('data', (data) => {
    log('client data', data);
    socket.end();
    server.close();
  });
});
