// What fails in the primary is an error event in the worker.
// why: The primary binds for the worker, so its errno must travel back and become the event that an unclustered server would have emitted.
// rows: 4.event.error 4.listen.options.port 8.7
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const server = net.createServer();
  server.listen(0, () => {
    const worker = cluster.fork({ PORT: server.address().port });
    worker.on('message', (message) => log('message', message));
    worker.on('listening', (address) => log('listening', address.addressType, address.address, address.port));
    worker.on('exit', (code) => {
      log('exit', code);
      server.close();
    });
  });
} else {
  const ask = (place, then) => {
    const server = net.createServer();
    server.on('error', (error) => {
      process.send([error.code, error.message, error.syscall, error.address, error.port]);
      process.send([server.listening, server.address()]);
      then(server);
    });
    server.listen(...place, () => process.send('callback'));
  };
  ask([Number(process.env.PORT), '127.0.0.1'], () =>
    ask(['missing/s.sock'], () =>
      ask([Number(process.env.PORT)], () => ask([0, '192.0.2.1'], (server) => {
        server.removeAllListeners();
        server.listen(0, '127.0.0.1', () => {
          process.send(['after all', server.listening]);
          cluster.worker.disconnect();
        });
      }))));
}
