// maxConnections as text, as nothing, below zero, as no number: what counts as a limit.
// why: The limit is compared as JavaScript compares: '0' and negative values drop everyone, text that is no number drops none.
// rows: 4.maxConnections 4.event.drop
'use strict';
const { log, net, shown } = require('../../tracing');

const limits = [undefined, null, '0', '1', 'many', -1, 0.5, NaN, true, false, Infinity];
const server = net.createServer((socket) => {
  log('connection');
  socket.end();
});
server.on('drop', (data) => log('drop', data.localFamily));

function next() {
  if (limits.length === 0) {
    server.close(() => log('closed'));
    return;
  }
  const limit = limits.shift();
  server.maxConnections = limit;
  log('limit', typeof limit === 'number' ? limit > 0 : limit);
  const client = net.connect(server.address().port, '::1');
  client.resume();
  client.on('close', () => server.getConnections((error, count) => {
    if (count === 0) next();
    else setImmediate(() => setTimeout(next, 20));
  }));
}

server.listen(0, '::1', next);
