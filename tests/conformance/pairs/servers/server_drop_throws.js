// An exception in a drop listener ends the program.
// why: An exception out of the accept path must end the program instead of stopping the accept loop silently.
// rows: 8.9 4.event.drop
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
server.maxConnections = 0;
server.on('drop', (data) => {
  log('drop', data.remoteAddress);
  throw new Error('no drop please');
});
server.listen(0, '127.0.0.1', () => {
  net.connect(server.address().port, '127.0.0.1').on('close', () => log('never'));
});
