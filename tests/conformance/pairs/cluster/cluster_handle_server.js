// A server that is sent along: both processes listen; the worker's is a live server.
// why: The receiver gets a live Server on the same port; after the sender closes, all connections are the receiver's.
// rows: c.handle.server c.Worker.send c.process.event.message 4.listen.handle
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  const received = [];
  const server = net.createServer(() => log('never'));
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    log('sent', worker.send({ take: 'this', port }, server, (error) => log('called back', error)));
    log('still listens', server.listening);
    worker.on('message', (message) => {
      log('message', message);
      if (message !== 'listening') return;
      server.close((error) => {
        log('closed', error, server.listening);
        const client = net.connect(port, '127.0.0.1');
        client.on('data', (data) => received.push(data.toString()));
        client.on('close', () => worker.send('stop'));
      });
    });
  });
  worker.on('exit', (code) => log('exit', code, received));
} else {
  process.on('message', (message, server) => {
    if (message === 'stop') return cluster.worker.disconnect();
    process.send(['server', server instanceof net.Server, server.listening, server.address().port === message.port]);
    server.on('connection', (socket) => {
      process.send(['connection', socket.localPort === message.port]);
      socket.end('from the worker');
      server.close();
    });
    process.send('listening');
  });
}
