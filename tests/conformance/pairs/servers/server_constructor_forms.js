// Every form of the constructor and the factory, and what a new server says of itself.
// why: Options and listener may each be left out; a listener taken for options would never be called.
// rows: 4.listening 4.address 4.maxConnections 7.createServer 4.event.connection
'use strict';
const { attempt, log, net } = require('../../tracing');

const listener = () => {};
const ways = [
  ['Server nothing', () => new net.Server()],
  ['Server listener', () => new net.Server(listener)],
  ['Server options', () => new net.Server({ allowHalfOpen: true })],
  ['Server options listener', () => new net.Server({ allowHalfOpen: true }, listener)],
  ['createServer nothing', () => net.createServer()],
  ['createServer listener', () => net.createServer(listener)],
  ['createServer options', () => net.createServer({ pauseOnConnect: true })],
  ['createServer options listener', () => net.createServer({}, listener)],
  ['createServer null listener', () => net.createServer(null, listener)],
];
for (const [label, way] of ways) {
  const server = way();
  log(label, server instanceof net.Server, server.listenerCount('connection'), server.listening, server.address());
}

const server = net.createServer(listener);
log('listeners', server.listeners('connection')[0] === listener, server.eventNames());
log('limits', server.maxConnections, server.dropMaxConnection);
attempt('options a number', () => net.createServer(5));
attempt('options a string', () => net.createServer('options'));
attempt('options a boolean', () => net.createServer(true));
