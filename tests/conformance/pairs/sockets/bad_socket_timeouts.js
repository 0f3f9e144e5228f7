// setTimeout of a socket: bad times, bad callbacks, and what stays as it was.
// why: A refused time must leave the running timeout as it was; NaN or Infinity would never fire or fire at once.
// rows: 5.setTimeout 5.timeout
'use strict';
const { attempt, log, net } = require('../../tracing');

const socket = new net.Socket();
attempt('at first', () => socket.timeout);
attempt('set', () => socket.setTimeout(5000) === socket);
attempt('negative', () => socket.setTimeout(-1));
attempt('string', () => socket.setTimeout('5'));
attempt('no number', () => socket.setTimeout(NaN));
attempt('infinite', () => socket.setTimeout(Infinity));
attempt('nothing', () => socket.setTimeout(undefined));
attempt('boolean', () => socket.setTimeout(true));
attempt('object', () => socket.setTimeout({}));
attempt('callback string', () => socket.setTimeout(10, 'x'));
attempt('callback object', () => socket.setTimeout(0, {}));
log('listeners', socket.listenerCount('timeout'));
attempt('with a callback', () => socket.setTimeout(1.5, () => log('never')) === socket);
log('listeners', socket.timeout, socket.listenerCount('timeout'));
attempt('off with the callback', () => socket.setTimeout(0, () => log('never')) === socket);
log('listeners', socket.timeout, socket.listenerCount('timeout'));
