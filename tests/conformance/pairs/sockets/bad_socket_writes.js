// write and end: what is no chunk, thrown or called back, on a socket that was never connected.
// why: A chunk of the wrong type throws at the call; written after end() it is an error for the callback instead.
// rows: 5.write 5.end 8.8
'use strict';
const { attempt, log, net, watch } = require('../../tracing');

const socket = new net.Socket();
watch(socket, 'socket', 'error', 'close', 'finish', 'drain');
attempt('number', () => socket.write(5));
attempt('boolean', () => socket.write(true));
attempt('object', () => socket.write({}));
attempt('list', () => socket.write([1, 2]));
attempt('function', () => socket.write(() => log('never')));
attempt('encoding', () => socket.write('x', 'no encoding'));
attempt('number with a callback', () => socket.write(5, () => log('never')));
attempt('end with a number', () => socket.end(5));
log('state', socket.writableLength, socket.bytesWritten, socket.writableEnded, socket.destroyed);
attempt('end', () => socket.end(() => log('ended')) === socket);
attempt('write after end', () => socket.write('x', (error) => log('write done', error)));
log('state', socket.writableLength, socket.writableEnded, socket.destroyed);
