// dropMaxConnection is for cluster workers only: elsewhere drop stays as it is.
// why: The option belongs to cluster workers; a plain server that obeyed it would lose the limit or the event.
// rows: 4.dropMaxConnection 4.event.drop 4.maxConnections
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('connection');
  socket.resume();
});
server.maxConnections = 1;
server.dropMaxConnection = true;
log('set', server.maxConnections, server.dropMaxConnection);
server.on('drop', (data) => log('drop', data.localAddress, data.remoteAddress, data.localFamily));
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const one = net.connect(port, '127.0.0.1', () => {
    const two = net.connect(port, '127.0.0.1');
    two.resume();
    two.on('close', (failed) => {
      log('two close', failed, two.bytesRead);
      one.end();
      server.close(() => log('closed'));
    });
  });
  one.resume();
});
