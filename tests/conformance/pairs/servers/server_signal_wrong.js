// A signal that is none is refused at the door; undefined is fine.
// why: Passing the controller instead of its signal is a common slip that must fail at once.
// rows: 4.signal 4.listen.options.signal
'use strict';
const { attempt, log, net } = require('../../tracing');

const values = [{}, 'abort', 5, true];
for (const value of values) {
  attempt('signal', () => net.createServer().listen({ port: 0, signal: value }));
}
const server = net.createServer();
server.listen({ port: 0, signal: undefined }, () => {
  log('listening');
  server.close();
});
