// close() stops accepting and waits: those inside go on, those outside are refused.
// why: After close() new clients are refused while open connections go on: that is what makes a restart graceful.
// rows: 4.close 4.event.close 4.listening 4.address
'use strict';
const { log, net, watch } = require('../../tracing');

const server = net.createServer((socket) => {
  socket.on('data', (data) => {
    log('server data', data);
    if (data.toString('latin1') === 'close') {
      log('close', server.close((error) => log('close callback', error)) === server);
      log('state', server.listening, server.address());
      socket.write('closing');
    } else {
      socket.end('bye');
    }
  });
  socket.on('close', (failed) => log('server socket close', failed));
});
watch(server, 'server', 'close');
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const inside = net.connect(port, '127.0.0.1', () => inside.write('close'));
  inside.once('data', (data) => {
    log('inside data', data);
    const outside = net.connect(port, '127.0.0.1');
    outside.on('error', (error) => log('outside error', error));
    outside.on('close', (failed) => {
      log('outside close', failed);
      server.getConnections((error, count) => {
        log('connections', error, count);
        inside.write('more');
      });
    });
  });
});
