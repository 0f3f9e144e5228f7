// A server adopts a BoundSocket, alone or as the option handle, which outranks port, path and fd.
// why: The port was chosen and told to others before; the server must be at that very port.
// rows: b.listen 4.listen.handle 4.address
'use strict';
const { log, net, watch } = require('../../tracing');

const first = new net.BoundSocket({ host: '127.0.0.1' });
const { port } = first.address();
const server = net.createServer((peer) => peer.end('first'));
watch(server, 'server', 'listening', 'error', 'close');
log('self', server.listen(first, 5, () => log('callback')) === server);
log('at once', server.listening, server.address().port === port, server.address().address);
server.on('listening', () => {
  const client = net.connect(port, '127.0.0.1');
  watch(client, 'client', 'data', 'end', 'close');
  client.on('close', () => server.close(next));
});
function next() {
  const second = new net.BoundSocket({ host: '127.0.0.1' });
  const other = net.createServer((peer) => peer.end('second'));
  const place = second.address().port;
  other.listen({ handle: second, port: 1, path: 'zz', fd: 2, signal: 5, readableAll: true }, () => {
    log('second', other.address().port === place);
    other.close(() => {
      // The port is free again.
      new net.BoundSocket({ host: '127.0.0.1', port: place }).close();
      log('done');
    });
  });
}
