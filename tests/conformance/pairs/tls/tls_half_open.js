// Half-closing over TLS: with allowHalfOpen the server still answers after the client's end.
// why: A request whose end is an end-of-stream is answered only if TLS, too, can end one side alone.
// rows: l.end l.connect
'use strict';
const { log, watch } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

// Which side is first depends on when the packets arrive.
const theirs = [];
const server = tls.createServer({ ...identity('server'), allowHalfOpen: true }, (c) => {
  let size = 0;
  c.on('data', (data) => (size += data.length));
  c.on('end', () => {
    theirs.push(`server end ${size} ${c.writable} ${c.readyState}`);
    setImmediate(() => c.end(`got ${size}`));
  });
  c.on('finish', () => theirs.push('server finish'));
});
listen(server, (port) => {
  const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' }, () => {
    socket.end('x'.repeat(1000));
    log('ended', socket.writable, socket.readyState);
  });
  watch(socket, 'client', 'data', 'end', 'finish', 'close');
  socket.on('close', () => server.close(() => log('theirs', theirs)));
});
