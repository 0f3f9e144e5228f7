// listen: ports that are none, thrown before anything is opened; the server can still listen afterwards.
// why: The port is checked before anything is opened, and the server stays usable for a correct call.
// rows: 4.listen.options.port 4.listen.overloads
'use strict';
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
server.on('error', (error) => log('server error', error));
for (const port of [65536, -1, 1.5, NaN, Infinity, 1e6]) attempt('number', () => server.listen(port));
for (const port of ['65536', '80x', '-1', ' ']) attempt(`option ${port}`, () => server.listen({ port }));
for (const port of [65536, -1, 1.5, NaN]) attempt('option', () => server.listen({ port }));
attempt('boolean', () => server.listen({ port: true }));
attempt('object', () => server.listen({ port: {} }));
attempt('list', () => server.listen({ port: [80] }));
attempt('with host', () => server.listen({ port: 70000, host: 'localhost' }));
attempt('with path', () => server.listen({ port: 70000, path: 's.sock' }));
attempt('with callback', () => server.listen(70000, () => log('listening of the bad call')));
log('nothing happened', server.listening, server.address());
server.listen({ port: '0', host: '127.0.0.1' }, () => {
  log('listening', server.listening, server.address());
  server.close(() => log('closed'));
});
log('returned', server.listening);
