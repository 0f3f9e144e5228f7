// Settings of a socket that was never connected: what they return and what they refuse.
// why: Setters may be called before connecting: they return the socket, remember the value and check only what Node checks.
// rows: 5.setEncoding 5.setKeepAlive 5.setNoDelay 5.setTypeOfService 5.address
'use strict';
const { attempt, log, net } = require('../../tracing');

const socket = new net.Socket();
attempt('no delay', () => socket.setNoDelay() === socket);
attempt('no delay of a word', () => socket.setNoDelay('x') === socket);
attempt('keep alive', () => socket.setKeepAlive() === socket);
attempt('keep alive with a delay', () => socket.setKeepAlive(true, 5000) === socket);
attempt('keep alive with a word', () => socket.setKeepAlive(true, 'x') === socket);
attempt('keep alive, negative', () => socket.setKeepAlive(true, -5) === socket);
attempt('type of service', () => socket.setTypeOfService(16) === socket);
attempt('type of service -1', () => socket.setTypeOfService(-1));
attempt('type of service 256', () => socket.setTypeOfService(256));
attempt('type of service fraction', () => socket.setTypeOfService(1.5));
attempt('type of service word', () => socket.setTypeOfService('16'));
attempt('type of service nothing', () => socket.setTypeOfService(undefined));
attempt('encoding', () => socket.setEncoding('utf8') === socket);
attempt('no encoding', () => socket.setEncoding('no encoding'));
attempt('address', () => socket.address());
attempt('ref', () => socket.ref() === socket);
attempt('unref', () => socket.unref() === socket);
log('remote', socket.remoteAddress, socket.remotePort, socket.remoteFamily);
