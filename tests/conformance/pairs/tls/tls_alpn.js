// ALPN: the server's order decides, and no protocol in common ends the handshake.
// why: HTTP/2 and its like are chosen by ALPN alone; a client that is told the wrong protocol talks another language.
// rows: l.alpn l.errors
'use strict';
const { log } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const cases = [
  [['h2', 'http/1.1'], ['http/1.1', 'h2']],
  [['a'], ['b', 'a']],
  [['a'], ['b']],
  [undefined, ['b']],
  [['a'], undefined],
];
function next() {
  if (!cases.length) return;
  const [theirs, ours] = cases.shift();
  const server = tls.createServer({ ...identity('server'), ALPNProtocols: theirs }, (c) => {
    log('server', c.alpnProtocol);
    c.end('x');
  });
  server.on('tlsClientError', (error) => log('tlsClientError', error.code));
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost', ALPNProtocols: ours });
    socket.on('secureConnect', () => log('client', socket.alpnProtocol));
    socket.on('error', (error) => log('client error', error.code));
    socket.on('close', () => server.close(next));
    socket.resume();
  });
}
next();
