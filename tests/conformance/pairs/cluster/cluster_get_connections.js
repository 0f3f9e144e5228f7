// getConnections counts the connections that were sent to workers; close waits for them.
// why: A connection that was sent to a worker still counts for the server that accepted it, and close() waits for it.
// rows: 4.getConnections 4.close c.handle.socket
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const clients = [];
  let accepted = 0, taken = 0;
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    accepted += 1;
    if (accepted > 1) workers[accepted % 2].send('socket', socket);
    else socket.on('error', () => {}).resume();
    if (accepted < 5) clients.push(net.connect(server.address().port, '127.0.0.1'));
  });
  const on_message = (message) => {
    if (++taken < 4) return;
    server.getConnections((error, count) => {
      log('connections', error, count, server._connections);
      server.close((error) => log('closed', error));
      clients[0].on('close', () => log('first client closed')).destroy();
      setImmediate(() => {
        log('still', server.listening);
        for (const client of clients) client.destroy();
      });
    });
  };
  for (const worker of workers) worker.on('message', on_message);
  server.on('close', () => cluster.disconnect(() => log('disconnected')));
  server.listen(0, '127.0.0.1', () => clients.push(net.connect(server.address().port, '127.0.0.1')));
} else {
  process.on('message', (message, socket) => {
    socket.on('error', () => {}).resume();
    process.send('taken');
  });
}
