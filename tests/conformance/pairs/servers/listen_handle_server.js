// listen(server) serves what another server has bound; so does anything with its _handle.
// why: A successor can take over a listening socket without a gap in which clients are refused.
// rows: 4.listen.handle 4.listen.overloads 4.address
'use strict';
const { log, net } = require('../../tracing');

const first = net.createServer(() => log('never'));
first.listen(0, '127.0.0.1', () => {
  const port = first.address().port;
  const second = net.createServer((socket) => {
    log('connection', socket.localPort === port, socket.server === second);
    socket.end('from the second');
  });
  const returned = second.listen(first, () => {
    log('second listening', second.address());
    const client = net.connect(port, '127.0.0.1');
    client.on('data', (data) => log('data', data));
    client.on('close', () => second.close(() => {
      log('second closed');
      first.close((error) => log('first closed', error));
    }));
  });
  log('returned', returned === second, second.listening, second.address());
});
