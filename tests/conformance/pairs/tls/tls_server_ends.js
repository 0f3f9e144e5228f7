// The server says something and ends: the client's side ends by itself, both are closed.
// why: A client without allowHalfOpen that does not end by itself leaves the connection open for ever.
// rows: l.end l.server
'use strict';
const { log, watch } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const server = tls.createServer(identity('server'), (c) => {
  watch(c, 'server', 'end', 'finish', 'close');
  c.end('goodbye');
});
listen(server, (port) => {
  const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
  watch(socket, 'client', 'secureConnect', 'data', 'end', 'finish', 'close');
  socket.resume();
  socket.on('close', () => server.close(() => log('server closed')));
});
