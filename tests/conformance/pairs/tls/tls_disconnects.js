// What ends before the handshake is done: on the server a tlsClientError, on the client ECONNRESET.
// why: Anybody may connect to a TLS server and leave, or talk something else; a server that dies of that, or a client that waits for ever, is of no use.
// rows: l.errors l.server l.client.lost
'use strict';
const { log, net } = require('../../tracing');
const { brief, ca, identity, listen, tls } = require('../../identities');

const hello = Buffer.from('1603010200010001fc0303', 'hex');
const strangers = [
  ['http', (c) => c.write('GET / HTTP/1.0\r\n\r\n')],
  ['words', (c) => c.write('hello world\r\n')],
  ['end', (c) => c.end()],
  ['half a hello', (c) => c.end(hello)],
  ['reset', (c) => c.on('connect', () => setTimeout(() => c.resetAndDestroy(), 20))],
];
function next() {
  if (!strangers.length) return client();
  const [label, act] = strangers.shift();
  const server = tls.createServer(identity('server'), () => log('never'));
  server.on('tlsClientError', (error, socket) => {
    log(`${label}: tlsClientError`, brief(error), error.library ? '' : error.message, socket.destroyed, socket.encrypted);
  });
  server.on('connection', (raw) => raw.on('close', (hadError) => log(`${label}: raw close`, hadError)));
  listen(server, (port) => {
    const c = net.connect(port, '127.0.0.1');
    c.on('close', () => server.close(() => setImmediate(next)));
    c.resume();
    act(c);
  });
}
const leave = [
  ['end', (c) => c.end()],
  ['destroy', (c) => c.destroy()],
  ['garbage', (c) => c.write('no TLS here')],
  ['after the hello', (c) => c.once('data', () => c.end())],
];
function client() {
  if (!leave.length) return;
  const [label, act] = leave.shift();
  const server = net.createServer((c) => {
    c.on('error', () => {});
    act(c);
  });
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
    socket.on('secureConnect', () => log('never'));
    socket.on('error', (error) => log(`${label}: error`, brief(error), error.library ? '' : error.message, error.host, error.port === port));
    socket.on('close', (hadError) => {
      log(`${label}: close`, hadError, socket.authorized);
      server.close(client);
    });
  });
}
next();
