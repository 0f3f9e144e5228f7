// Port 0 is the same port in every worker, and the second one of a worker another.
// why: Port 0 must give all workers one port, else nobody could reach the service; a worker's second listen(0) is another one.
// rows: c.event.listening 4.exclusive
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const ports = [];
  const fork = () => {
    const worker = cluster.fork();
    worker.on('listening', (address) => {
      ports.push(address.port);
      if (ports.length === 2) fork();
      if (ports.length !== 4) return;
      log('same', ports[0] === ports[2], ports[1] === ports[3], ports[0] === ports[1]);
      cluster.disconnect(() => log('done'));
    });
    worker.on('exit', (code) => log('exit', code));
  };
  fork();
} else {
  const first = net.createServer().listen(0, () => net.createServer().listen(0));
}
