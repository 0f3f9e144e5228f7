// Arguments of a server's methods that are of the wrong type.
// why: Some wrong arguments throw and some are passed over (close with no function); a stricter port breaks working programs.
// rows: 4.close 4.getConnections 4.event.connection 4.maxConnections
'use strict';
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
attempt('on number', () => server.on('connection', 5));
attempt('on nothing', () => server.on('connection'));
attempt('once string', () => server.once('close', 'x'));
attempt('off object', () => server.off('close', {}));
attempt('close string', () => server.close('x'));
attempt('close number', () => server.close(5));
attempt('address', () => server.address());
attempt('listening', () => server.listening);
attempt('ref', () => server.ref() === server);
attempt('unref', () => server.unref() === server);
attempt('max listeners', () => server.setMaxListeners(-1));
attempt('max listeners', () => server.setMaxListeners('5'));
log('listeners', server.listenerCount('connection'), server.listenerCount('close'));
server.on('close', () => log('close'));
server.getConnections((error, count) => log('connections', error, count));
log('returned');
