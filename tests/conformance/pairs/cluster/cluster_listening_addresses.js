// The event `listening` in the primary tells where a worker listens, in the form that was asked for.
// why: Programs log the port from this event; it shows the request (null host, path, addressType) and not the bound socket.
// rows: c.event.listening c.Worker.event.listening 4.address
'use strict';
const { cluster, log, net, process } = require('../../tracing');
const path = require('node:path');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  const shown = (place) => [place.addressType, place.address && path.basename(place.address), place.port, place.fd];
  worker.on('listening', (address) => log('worker', ...shown(address)));
  cluster.on('listening', (from, address) => {
    log('cluster', from === worker, ...shown(address));
    worker.send('next');
  });
  worker.on('message', (message) => log('message', message));
  worker.on('exit', (code) => log('exit', code));
} else {
  const places = [[0], [0, '127.0.0.1'], [0, '::1'], [0, 'localhost'], [{ port: 0, exclusive: true }], ['s.sock']];
  const next = () => {
    const place = places.shift();
    if (place === undefined) return process.disconnect();
    const server = net.createServer();
    server.listen(...place, () => {
      process.send(['listening', server.listening, server.address()]);
      if (place[0].exclusive) next();
    });
    process.send(['returned', server.listening, server.address()]);
  };
  process.on('message', next);
  next();
}
