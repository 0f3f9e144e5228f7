// allowHalfOpen: after the client's FIN the server still speaks; without it, it ends by itself.
// why: By default the server's side ends after the client's FIN; protocols that answer after it need the option.
// rows: 4.option.allowHalfOpen 8.2 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

function exchange(options, done) {
  const lines = [];
  const server = net.createServer(options, (socket) => {
    log('half open', socket.allowHalfOpen);
    socket.on('data', (data) => log('server data', data));
    socket.on('end', () => {
      log('server end', socket.readyState, socket.writable);
      setImmediate(() => {
        log('server later', socket.readyState, socket.writable, socket.writableEnded);
        if (socket.writable) socket.end('late words');
      });
    });
    socket.on('finish', () => log('server finish'));
    socket.on('close', (failed) => log('server socket close', failed));
  });
  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1');
    client.on('connect', () => client.end('over'));
    client.on('data', (data) => lines.push(['client data', data]));
    client.on('end', () => lines.push(['client end']));
    client.on('close', (failed) => {
      lines.push(['client close', failed]);
      server.close(() => setImmediate(() => {
        for (const line of lines) log(...line);
        if (done) done();
      }));
    });
  });
}

exchange({ allowHalfOpen: true }, () => exchange({ allowHalfOpen: false }, () => exchange({})));
