// The addresses and counters of a connecting, connected, ended and destroyed client.
// why: Logging reads addresses and counters at every stage; after destroy() local ones are gone but bytes are kept.
// rows: 5.localAddress 5.remoteAddress 5.address 5.readyState 5.pending 5.connecting 6.tcp
const { log, net } = require('../../tracing');

function show(label, socket) {
  log(label, socket.readyState, socket.connecting, socket.pending, socket.destroyed);
  log('  local', socket.localAddress, socket.localPort, socket.localFamily, socket.address());
  log('  remote', socket.remoteAddress, socket.remotePort, socket.remoteFamily);
  log('  bytes', socket.bytesRead, socket.bytesWritten);
}

const server = net.createServer({ allowHalfOpen: true }, (c) => {
  c.on('data', (data) => {
    log('server data', data);
    c.end('reply');
  });
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
  show('connecting', client);
  client.on('connect', () => {
    show('connect', client);
    client.write('question');
    show('written', client);
  });
  client.on('data', (data) => show('data ' + data.toString(), client));
  client.on('end', () => {
    show('end', client);
    client.end();
    show('end called', client);
  });
  client.on('finish', () => show('finish', client));
  client.on('close', () => {
    show('close', client);
    server.close();
  });
});
