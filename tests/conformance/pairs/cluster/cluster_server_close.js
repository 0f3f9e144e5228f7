// A worker that closes its server leaves the place to the others; with the last it is gone.
// why: One worker's close must not close the shared port of the others; the last one's must.
// rows: 4.close 4.exclusive c.event.listening
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  let port, listening = 0;
  const ask = (label, then) => {
    const client = net.connect(port, '127.0.0.1');
    client.on('data', (data) => log(label, data));
    client.on('error', (error) => log(label, error.code));
    client.on('close', then);
  };
  const finish = () => ask('after both', () => cluster.disconnect(() => log('done')));
  workers[0].on('message', (message) => {
    log('first', message);
    if (message[0] !== 'closed') return;
    ask('after first', () => ask('again', () => workers[1].send('close')));
  });
  workers[1].on('message', (message) => {
    log('second', message);
    if (message[0] !== 'closed') return;
    finish();
  });
  cluster.on('listening', (worker, address) => {
    port = address.port;
    if (++listening === 2) workers[0].send('close');
  });
} else {
  const server = net.createServer((socket) => socket.end(`worker ${cluster.worker.id}`));
  server.listen(0, '127.0.0.1');
  process.on('message', () => {
    server.close((error) => process.send(['closed', error === undefined, server.listening, server.address()]));
    process.send(['closing', server.listening]);
  });
}
