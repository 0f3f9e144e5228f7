// What an emitter knows of its listeners: names, listeners, rawListeners with the once wrappers, limits.
// why: Libraries inspect and wrap listeners; a once wrapper that was not exposed, or exposed wrongly, breaks their removal.
// rows: 4.event.connection 4.event.close
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
const listener = (...values) => log('called', values);
log('names', server.eventNames());
server.on('connection', listener);
server.once('close', listener);
server.prependListener('listening', listener);
log('names', server.eventNames());
log('listeners', server.listeners('close')[0] === listener, server.listeners('connection').length, server.listeners('x'));
const raw = server.rawListeners('close');
log('raw', raw[0] === listener, raw[0].listener === listener, server.rawListeners('connection')[0] === listener);
raw[0]('through the wrapper');
log('count', server.listenerCount('close'), server.eventNames());
server.once('close', listener);
server.rawListeners('close')[0].listener('past the wrapper');
log('count', server.listenerCount('close'));
log('max', server.getMaxListeners(), server.setMaxListeners(3) === server, server.getMaxListeners());
for (const bad of [-1, 'x', undefined]) attempt('bad max', () => server.setMaxListeners(bad));
for (const bad of [undefined, 5, 'x', {}]) {
  attempt('bad listener', () => server.on('x', bad));
  attempt('bad once', () => server.once('x', bad));
  attempt('bad off', () => server.off('x', bad));
}
server.removeAllListeners();
log('names', server.eventNames());
