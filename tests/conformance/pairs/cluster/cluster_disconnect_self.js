// A worker disconnects itself; a connection that is open is served to its end.
// why: A graceful stop serves the open connection to its end although the channel to the primary is going down.
// rows: c.Worker.disconnect c.Worker.exitedAfterDisconnect c.process.event.disconnect c.process.connected
'use strict';
const { cluster, log, net, process, watch } = require('../../tracing');

if (cluster.isPrimary) {
  const worker = cluster.fork();
  watch(worker, 'worker', 'message', 'disconnect', 'exit');
  let client;
  worker.on('listening', (address) => {
    client = net.connect(address.port, '127.0.0.1');
    watch(client, 'client', 'data', 'end');
  });
  worker.on('message', (message) => {
    log('state', worker.exitedAfterDisconnect, worker.isConnected());
    client.write('last');
  });
} else {
  const server = net.createServer((socket) => {
    process.send(['returned', cluster.worker.disconnect() === cluster.worker, cluster.worker.exitedAfterDisconnect, process.connected]);
    socket.on('data', (data) => socket.end(`${data} ${process.connected} ${cluster.worker.isConnected()} ${server.listening}`));
  });
  server.listen(0, '127.0.0.1');
}
