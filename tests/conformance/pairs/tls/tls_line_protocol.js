// A line protocol over TLS: what is written before the handshake goes out after it, in order.
// why: Programs write as soon as they have called connect; a write that is lost or refused before the handshake breaks each of them.
// rows: l.connect l.write
'use strict';
const { log, watch } = require('../../tracing');
const { ca, identity, listen, tls } = require('../../identities');

const server = tls.createServer(identity('server'), (c) => {
  let text = '';
  c.setEncoding('utf8');
  c.write('220 ready\r\n');
  c.on('data', (data) => {
    text += data;
    let at;
    while ((at = text.indexOf('\n')) >= 0) {
      const line = text.slice(0, at).trim();
      text = text.slice(at + 1);
      if (line === 'quit') c.end('221 bye\r\n');
      else c.write(`250 ${line}\r\n`);
    }
  });
});
listen(server, (port) => {
  const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
  socket.setEncoding('utf8');
  log('write', socket.write('one\ntwo\n', () => log('written')), socket.writableLength, socket.bytesWritten);
  socket.write('quit\n', () => log('written too'));
  socket.on('secureConnect', () => log('secureConnect', socket.bytesWritten));
  let all = '';
  socket.on('data', (data) => (all += data));
  watch(socket, 'client', 'end', 'finish', 'close');
  socket.on('end', () => log('received', all));
  socket.on('close', () => {
    log('counts', socket.bytesRead, socket.bytesWritten);
    server.close();
  });
});
