// Ports that are none: ERR_SOCKET_BAD_PORT thrown by listen(), nothing bound.
// why: ERR_SOCKET_BAD_PORT is thrown, not emitted, so configuration errors surface at the line that made them.
// rows: 4.listen.options.port
'use strict';
const { attempt, log, net, shown } = require('../../tracing');

const server = net.createServer();
server.on('listening', () => log('never'));
for (const port of [-1, 65536, 1.5, 1000000]) {
  attempt(`port ${port}`, () => server.listen(port));
}
for (const port of [-1, 65536, 0.5, '-1', '65536', 'http', '', ' ', '1.5', true, false]) {
  attempt(`options ${shown(port)}`, () => server.listen({ port }));
}
log('nothing happened', server.listening, server.address());
setImmediate(() => log('later', server.listening));
