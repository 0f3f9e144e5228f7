// Connections go to the workers in turns.
// why: Node deals connections out in turn; kernels that wake one favourite process leave the other workers idle.
// rows: c.SCHED_RR c.schedulingPolicy 4.exclusive
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  log('policy', cluster.schedulingPolicy === cluster.SCHED_RR, cluster.SCHED_RR, cluster.SCHED_NONE);
  const served = [];
  let listening = 0;
  const ask = (port, left) => {
    if (!left) {
      const of = (id) => served.filter((each) => each === id).length;
      log('served', served.length, of('1'), of('2'), of('3'));
      log('in turns', served.every((each, index) => each === served[index % 3]));
      return cluster.disconnect(() => log('disconnected'));
    }
    const client = net.connect(port, '127.0.0.1');
    client.on('data', (data) => served.push(String(data)));
    client.on('close', () => ask(port, left - 1));
  };
  cluster.on('listening', (worker, address) => {
    if (++listening === 3) ask(address.port, 9);
  });
  for (let i = 0; i < 3; i++) cluster.fork();
} else {
  net.createServer((socket) => socket.end(String(cluster.worker.id))).listen(0, '127.0.0.1');
}
