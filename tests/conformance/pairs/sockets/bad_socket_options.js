// Options of a socket that are of the wrong type or out of range.
// why: The constructor refuses what would only fail later, when the socket is connected and hard to trace.
// rows: 5.option.fd 5.option.highWaterMark 5.option.signal 5.option.onread 5.option.allowHalfOpen
'use strict';
const { attempt, log, net } = require('../../tracing');

attempt('descriptor negative', () => new net.Socket({ fd: -1 }));
attempt('descriptor string', () => new net.Socket({ fd: 'x' }));
attempt('descriptor fraction', () => new net.Socket({ fd: 1.5 }));
attempt('highWaterMark negative', () => new net.Socket({ highWaterMark: -1 }));
attempt('highWaterMark string', () => new net.Socket({ highWaterMark: 'x' }));
attempt('highWaterMark fraction', () => new net.Socket({ highWaterMark: 1.5 }));
attempt('readable highWaterMark', () => new net.Socket({ readableHighWaterMark: -1 }));
attempt('writable highWaterMark', () => new net.Socket({ writableHighWaterMark: 'y' }));
attempt('signal object', () => new net.Socket({ signal: {} }));
attempt('signal string', () => new net.Socket({ signal: 'x' }));
attempt('keepAliveInitialDelay', () => new net.Socket({ keepAliveInitialDelay: 'x' }));
attempt('objectMode', () => new net.Socket({ objectMode: true }));
attempt('readable objectMode', () => new net.Socket({ readableObjectMode: true }));
attempt('writable objectMode', () => new net.Socket({ writableObjectMode: true }));
const socket = new net.Socket({ highWaterMark: 5, allowHalfOpen: 1 });
log('marks', socket.readableHighWaterMark, socket.writableHighWaterMark, socket.allowHalfOpen);
