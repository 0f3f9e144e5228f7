// Listeners that are no functions, on sockets; and a listener taken off that was never there.
// why: Adding a listener that is no function must fail at once, not when the event comes in production.
// rows: 5.event.connect 5.event.data 5.event.timeout 5.connect
'use strict';
const { attempt, log, net } = require('../../tracing');

const socket = new net.Socket();
const listener = () => log('never');
for (const value of [undefined, 5, 'x', {}, true]) attempt('on', () => socket.on('data', value));
for (const value of [undefined, 5]) attempt('once', () => socket.once('connect', value));
for (const value of [undefined, 5]) attempt('prepend', () => socket.prependListener('end', value));
for (const value of [undefined, 5]) attempt('off', () => socket.off('end', value));
attempt('off of another', () => socket.off('end', listener) === socket);
attempt('on', () => socket.on('timeout', listener) === socket);
attempt('off', () => socket.removeListener('timeout', listener) === socket);
log('listeners', socket.listenerCount('data'), socket.listenerCount('connect'), socket.listenerCount('timeout'));
attempt('emit', () => socket.emit('timeout'));
attempt('emit error', () => socket.emit('error', new Error('nobody listens')));
attempt('emit no error', () => socket.emit('error', 'text'));
