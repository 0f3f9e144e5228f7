// After close a server may listen again, elsewhere; the old callback isn't called twice.
// why: A server moves to another place by close() and listen(); the first callback must not run for the second start.
// rows: 4.close 4.event.listening 4.address
'use strict';
const fs = require('node:fs');
const { log, net, watch } = require('../../tracing');

const server = net.createServer((socket) => socket.end('hello'));
watch(server, 'server', 'listening', 'close');

function visit(options, done) {
  const client = net.connect(options);
  client.on('data', (data) => log('data', data));
  client.on('close', done);
}

server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  log('first callback', server.address());
  visit({ port, host: '127.0.0.1' }, () => {
    server.close(() => {
      log('closed', server.address());
      server.listen('s.sock', () => {
        log('second callback', server.address(), fs.existsSync('s.sock'));
        visit({ path: 's.sock' }, () => server.close(() => log('end', fs.existsSync('s.sock'))));
      });
    });
  });
});
