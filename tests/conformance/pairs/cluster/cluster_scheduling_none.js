// With SCHED_NONE the workers accept by themselves.
// why: With SCHED_NONE the listening socket itself is shared; the primary accepts nothing and only passes the descriptor on.
// rows: c.SCHED_NONE c.schedulingPolicy c.event.listening
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  log('policy', cluster.schedulingPolicy);
  let listening = 0;
  const ask = (port, left) => {
    if (!left) return cluster.disconnect(() => log('disconnected', cluster.workers));
    const client = net.connect(port, '127.0.0.1');
    client.on('data', (data) => log('data', data));
    client.on('close', (failed) => {
      log('close', failed);
      ask(port, left - 1);
    });
  };
  cluster.on('listening', (worker, address) => {
    log('listening', address.addressType, address.address, address.port);
    if (++listening === 2) ask(address.port, 3);
  });
  cluster.fork();
  cluster.fork();
} else {
  net.createServer((socket) => socket.end('served')).listen(0, '127.0.0.1');
}
