// A server that destroys a socket over unread data resets it: the client's error, then its close.
// why: Closing over unread data sends RST, which makes the client lose what it had not read yet: a trap for error pages.
// rows: 8.1 4.option.pauseOnConnect 5.destroy
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer({ pauseOnConnect: true }, (socket) => {
  const lines = [];
  socket.on('close', (failed) => {
    log('server socket close', failed, socket.bytesRead);
    server.close();
  });
  socket.write('hello');
  client.once('data', (data) => {
    lines.push(['client data', data]);
    client.write('never read', () => {
      lines.push(['client wrote']);
      socket.destroy();
    });
  });
  client.on('end', () => lines.push(['client end']));
  client.on('error', (error) => lines.push(['client error', error]));
  client.on('close', (failed) => {
    lines.push(['client close', failed]);
    setImmediate(() => {
      for (const line of lines) log(...line);
    });
  });
});
let client = null;
server.listen(0, '127.0.0.1', () => {
  client = net.connect(server.address().port, '127.0.0.1');
});
