// listen() a second time is an error as soon as the primary has answered.
// why: listen() waits for the primary, yet the second call must throw as it does without a cluster, and a closed server may listen again.
// rows: 4.listen.overloads 4.event.error c.event.listening
'use strict';
const { attempt, cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on('listening', (address) => log('listening', address.addressType, address.address, address.port));
  worker.on('message', (message) => log('message', message));
  worker.on('exit', (code) => log('exit', code));
} else {
  const server = net.createServer();
  server.listen(0, '127.0.0.1', () => {
    try {
      server.listen(0, '127.0.0.1');
    } catch (error) {
      process.send([error.code, error.message]);
    }
    server.close(() => {
      process.send(['closed', server.address()]);
      server.listen(0, '127.0.0.1', () => {
        process.send(['again', server.listening]);
        cluster.worker.disconnect();
      });
    });
  });
}
