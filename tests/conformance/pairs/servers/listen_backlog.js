// backlog in each place: one that is small still serves all who come, in their order.
// why: The backlog only bounds the queue; even 0 or text must still serve every client that connects in turn.
// rows: 4.listen.options.backlog 4.listen.overloads 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

const ways = [
  (server, done) => server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, done),
  (server, done) => server.listen(0, '127.0.0.1', 2, done),
  (server, done) => server.listen({ path: 's.sock', backlog: 1 }, done),
  (server, done) => server.listen({ port: 0, host: '127.0.0.1', backlog: 0 }, done),
  (server, done) => server.listen({ port: 0, host: '127.0.0.1', backlog: '3' }, done),
  (server, done) => server.listen({ port: 0, host: '127.0.0.1', backlog: 1000000 }, done),
];

function next() {
  if (ways.length === 0) return;
  const way = ways.shift();
  let count = 0;
  const server = net.createServer((socket) => {
    count += 1;
    socket.end(`number ${count}`);
  });
  server.on('error', (error) => log('error', error.code));
  server.on('close', () => {
    log('served', count);
    next();
  });
  way(server, () => {
    const address = server.address();
    const options = typeof address === 'string' ? { path: address } : { port: address.port, host: '127.0.0.1' };
    let left = 3;
    const visit = () => {
      const client = net.connect(options);
      client.on('data', (data) => log('data', data));
      client.on('close', () => {
        left -= 1;
        if (left > 0) visit();
        else server.close();
      });
    };
    visit();
  });
}

next();
