// getConnections: asynchronous, counts the open ones, works before listen and after close.
// why: The answer is asynchronous in every state, because workers have to be asked in a cluster.
// rows: 4.getConnections 8.8
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer();
function count(label) {
  const returned = server.getConnections((...values) => log(label, ...values));
  return returned === server;
}

log('returned', count('before listen'));
process.nextTick(() => log('tick'));
const held = [];
server.on('connection', (socket) => {
  held.push(socket);
  log('in the listener', count(`with ${held.length}`));
  if (held.length < 3) {
    net.connect(server.address().port, '127.0.0.1').resume();
    return;
  }
  held[0].destroy();
  count('one destroyed');
  setImmediate(() => {
    count('later');
    held[1].destroy();
    held[2].destroy();
    server.close(() => log('closed', count('after close')));
  });
});
setImmediate(() => server.listen(0, '127.0.0.1', () => net.connect(server.address().port, '127.0.0.1').resume()));
