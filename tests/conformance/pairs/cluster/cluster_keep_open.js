// With keepOpen the sender goes on with the connection that it has sent.
// why: By default a sent socket is closed in the sender; keepOpen leaves both ends of the program writing to one connection.
// rows: c.handle.keepOpen c.handle.socket
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    worker.send('socket', socket, { keepOpen: true }, (error) => {
      log('called back', error, socket.destroyed, socket.writable);
    });
    worker.on('message', (message) => {
      log('message', message);
      if (message === 'wrote') socket.end(' and the primary');
    });
    socket.on('close', (failed) => {
      log('close', failed);
      server.close(() => {
        log('server closed');
        worker.disconnect();
      });
    });
    socket.resume();
  });
  worker.on('exit', (code) => log('exit', code));
  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1');
    client.setEncoding('utf8');
    let text = '';
    client.on('data', (data) => { text += data; });
    client.on('end', () => log('end', text));
  });
} else {
  process.on('message', (message, socket) => {
    socket.write('the worker', () => {
      process.send('wrote');
      socket.destroy();
    });
  });
}
