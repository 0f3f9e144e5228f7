// Sockets that come from the primary keep what the server of the worker was told.
// why: The connection is accepted in the primary, but allowHalfOpen and pauseOnConnect are those of the worker's server.
// rows: 4.option.allowHalfOpen 4.option.pauseOnConnect 4.maxConnections c.SCHED_RR
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on('message', (message) => {
    log('message', message);
    if (message[0] === 'end') worker.send('answer');
  });
  worker.on('listening', (address) => {
    const client = net.connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true });
    client.end('question');
    client.on('data', (data) => log('data', data));
    client.on('end', () => {
      log('end');
      worker.disconnect();
    });
  });
  worker.on('exit', (code) => log('exit', code));
} else {
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    process.send(['connection', socket.isPaused(), socket.remoteAddress, socket.server === server]);
    server.getConnections((error, count) => process.send(['count', error, count]));
    socket.on('data', (data) => process.send(['data', String(data)]));
    socket.on('end', () => {
      process.send(['end', socket.writable]);
      process.once('message', (message) => socket.end(message));
    });
    setImmediate(() => socket.resume());
  });
  server.listen(0, '127.0.0.1');
}
