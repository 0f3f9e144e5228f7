// A server that is unref'ed doesn't hold a worker, but its channel does.
// why: The channel keeps a worker alive although its only server is unref'ed; otherwise idle workers would end and be forked anew.
// rows: 4.unref 4.ref c.Worker.disconnect
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on('listening', (address) => {
    log('listening', address.addressType, address.address, address.port);
    net.connect(address.port, '127.0.0.1').on('data', (data) => log('data', data)).on('close', () => worker.send('end'));
  });
  worker.on('disconnect', () => log('disconnect'));
  worker.on('exit', (code) => log('exit', code));
} else {
  const server = net.createServer((socket) => socket.end('served'));
  server.listen(0, '127.0.0.1').unref();
  process.on('message', () => process.disconnect());
}
