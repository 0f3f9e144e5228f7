// encoding and defaultEncoding as options of Socket and connect; a server ignores them.
// why: A client that asks for text at its construction gets bytes if the option is passed over.
// rows: 5.option.encoding 5.option.defaultEncoding 5.setEncoding 5.write
'use strict';
const { attempt, log, net, watch } = require('../../tracing');

for (const value of ['utf8', 'latin1', 'hex', 'bad', 5, '', {}]) {
  attempt('encoding', () => new net.Socket({ encoding: value }).readableEncoding);
  attempt('default', () => typeof new net.Socket({ defaultEncoding: value }).writable);
}
const server = net.createServer({ encoding: 'utf8', defaultEncoding: 'hex' }, (peer) => {
  log('server', peer.readableEncoding);
  watch(peer, 'server', 'data', 'end');
  peer.write('x');
  peer.write(Buffer.from([0xc3]));
  setTimeout(() => peer.write(Buffer.from([0xa4])), 20);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const socket = net.connect({ port, host: '127.0.0.1', encoding: 'utf8', defaultEncoding: 'hex' });
  log('client', socket.readableEncoding);
  let text = '';
  socket.on('data', (data) => {
    text += data;
    if (text !== 'xä') return;
    log('text', text);
    socket.write('6162');
    socket.write('cafe', 'latin1');
    socket.setDefaultEncoding('base64');
    socket.end('YWI=');
    server.close();
  });
  socket.on('close', () => log('close'));
});
