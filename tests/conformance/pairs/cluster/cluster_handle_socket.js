// A paused connection is sent to a worker, which reads what has come and answers.
// why: Under pauseOnConnect no byte is read before the hand-over, so the worker sees the stream from its first byte.
// rows: c.handle.socket 4.option.pauseOnConnect 4.getConnections 4.close
'use strict';
const { cluster, log, net, process, watch } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    watch(socket, 'socket', 'data', 'end', 'close', 'error');
    log('sent', worker.send('socket', socket, (error) => log('called back', error)));
    log('left', socket.destroyed, socket._handle, socket.remoteAddress);
  });
  worker.on('message', (message) => {
    log('message', message);
    if (message[0] !== 'data') return;
    server.getConnections((error, count) => {
      log('connections', error, count);
      server.close((error) => log('server closed', error));
      worker.send('answer');
    });
  });
  worker.on('exit', (code) => log('exit', code));
  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1');
    client.write('hello');
    client.on('data', (data) => log('client data', data));
    client.on('end', () => log('client end'));
  });
} else {
  let taken;
  process.on('message', (message, socket) => {
    if (message === 'answer') return taken.end('answer');
    taken = socket;
    process.send([message, socket instanceof net.Socket, socket.readyState, socket.remoteAddress, socket.server === null || socket.server === undefined]);
    socket.on('data', (data) => {
      process.send(['data', String(data), socket.bytesRead]);
    });
    socket.on('close', () => cluster.worker.disconnect());
  });
}
