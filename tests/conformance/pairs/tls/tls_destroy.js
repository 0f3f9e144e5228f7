// destroy() at every stage: before the connect, in the handshake, when secured, with writes pending; and end() before the handshake.
// why: Whoever gives up must be let go at once, with no event after close, and the other side hears of it as an end or a failed handshake.
// rows: l.destroy l.end
'use strict';
const { log } = require('../../tracing');
const { brief, ca, identity, listen, tls } = require('../../identities');

// Whether a connection is made at all says how many sides are to be waited for.
const cases = [
  ['at once', 1, (c) => c.destroy()],
  ['at once, with an error', 1, (c) => c.destroy(new Error('changed my mind'))],
  ['connected', 2, (c) => c.on('connect', () => c.destroy())],
  ['secured', 2, (c) => c.on('secureConnect', () => c.destroy())],
  ['end at once', 2, (c) => c.end()],
  ['write, destroy', 1, (c) => {
    c.write('x', (error) => log('written', error && error.code));
    c.destroy();
  }],
  ['write, destroy when connected', 2, (c) => {
    c.write('x', (error) => log('written', error && error.code));
    c.on('connect', () => c.destroy());
  }],
  ['end, then write', 2, (c) => {
    c.on('secureConnect', () => {
      c.end('x');
      c.write('y');
    });
  }],
];
function next() {
  if (!cases.length) return theirs();
  const [label, sides, act] = cases.shift();
  let over = 0;
  const lines = [];
  function sideIsOver() {
    over += 1;
    if (over < sides) return;
    log(`${label}: server`, lines);
    server.close(next);
  }
  const server = tls.createServer(identity('server'), (c) => {
    lines.push('secureConnection');
    c.on('end', () => lines.push('end'));
    c.on('close', sideIsOver);
    c.resume();
  });
  server.on('tlsClientError', (error) => {
    lines.push(`tlsClientError ${brief(error)}`);
    setImmediate(sideIsOver);
  });
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
    for (const name of ['secureConnect', 'end', 'finish']) socket.on(name, () => log(`${label}: ${name}`));
    socket.on('error', (error) => log(`${label}: error`, error));
    socket.on('close', (hadError) => {
      log(`${label}: close`, hadError);
      setImmediate(sideIsOver);
    });
    act(socket);
    socket.resume();
  });
}
function theirs() {
  const server = tls.createServer(identity('server'), (c) => {
    c.on('data', () => c.destroy());
    c.on('close', (hadError) => log('theirs: server close', hadError));
  });
  listen(server, (port) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' }, () => socket.write('x'));
    socket.on('end', () => log('theirs: end'));
    socket.on('error', (error) => log('theirs: error', error));
    socket.on('close', (hadError) => {
      log('theirs: close', hadError);
      server.close();
    });
    socket.resume();
  });
}
next();
