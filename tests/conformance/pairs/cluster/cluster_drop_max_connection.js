// With dropMaxConnection a worker that is full drops connections; without they go to another.
// why: By default a full worker hands the connection back for another to take; only dropMaxConnection makes it refuse for all.
// rows: 4.dropMaxConnection 4.maxConnections 4.event.drop
'use strict';
const { cluster, log, net, process } = require('../../tracing');

if (cluster.isPrimary) {
  const run = (drop, then) => {
    let listening = 0;
    const workers = [cluster.fork({ MOST: 1, DROP: drop }), cluster.fork({ MOST: drop ? 1 : 9, DROP: drop })];
    const clients = [];
    const seen = [0, 0, 0];
    const finish = () => {
      log(`drop ${drop}`, seen);
      for (const client of clients) client.destroy();
      cluster.disconnect(then);
    };
    const connect = (port) => {
      const client = net.connect(port, '127.0.0.1');
      client.on('error', () => {});
      clients.push(client);
    };
    workers.forEach((worker, index) => {
      worker.on('listening', (address) => {
        if (++listening === 2) connect(address.port);
      });
      worker.on('message', ([what, port]) => {
        seen[what === 'drop' ? 2 : index] += 1;
        if (clients.length === 4) finish();
        else connect(port);
      });
    });
  };
  run('', () => run('yes', () => log('done')));
} else {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    process.send(['connection', socket.localPort]);
  });
  server.on('drop', (ends) => process.send(['drop', ends.localPort]));
  server.maxConnections = Number(process.env.MOST);
  server.dropMaxConnection = process.env.DROP === 'yes';
  server.listen(0, '127.0.0.1');
}
