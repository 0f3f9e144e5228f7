// Workers share a path; the file is gone when the last of them has closed.
// why: The primary owns the socket file: a worker that leaves must not unlink the path under the others.
// rows: c.event.listening 4.listen.options.path 1.4
'use strict';
const { cluster, log, net, process } = require('../../tracing');
const fs = require('node:fs');
const path = require('node:path');

if (cluster.isPrimary) {
  let listening = 0;
  const served = [];
  const ask = (left) => {
    if (!left) {
      log('served', served.sort());
      return cluster.disconnect(() => log('disconnected', fs.existsSync('s.sock')));
    }
    const client = net.connect('s.sock');
    client.on('data', (data) => served.push(String(data)));
    client.on('close', () => ask(left - 1));
  };
  cluster.on('listening', (worker, address) => {
    log('listening', address.addressType, address.port, path.basename(address.address), fs.existsSync('s.sock'));
    if (++listening === 2) ask(4);
  });
  cluster.fork();
  cluster.fork();
} else {
  const server = net.createServer((socket) => socket.end(`${cluster.worker.id} ${server.address()}`));
  server.listen('s.sock');
}
