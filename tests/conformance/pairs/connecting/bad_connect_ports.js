// connect: ports that are none, and the arguments that are missing.
// why: Ports come from configuration as strings; which of them count as ports, and the code of the rest, is Node's alone to say.
// rows: 6.tcp 6.option.port 6.factory 7.connect 7.createConnection
'use strict';
const { attempt, log, net } = require('../../tracing');

for (const port of [65536, -1, 1.5, NaN, Infinity]) attempt('number', () => net.connect(port));
for (const port of ['65536', '80x', '-1', '', ' ', '1.5']) attempt(`option ${port}`, () => net.connect({ port }));
attempt('boolean', () => net.connect({ port: true }));
attempt('object', () => net.connect({ port: {} }));
attempt('list', () => net.connect({ port: [80] }));
attempt('with host', () => net.createConnection(70000, 'localhost', () => log('never')));
attempt('no place', () => net.connect({}));
attempt('host alone', () => net.connect({ host: 'localhost' }));
attempt('nothing', () => net.connect());
attempt('callback alone', () => net.connect(() => log('never')));
const socket = new net.Socket();
socket.on('close', () => log('close'));
socket.on('error', (error) => log('error', error));
attempt('of a socket', () => socket.connect({ port: 70000 }));
attempt('of a socket', () => socket.connect({}));
attempt('of a socket', () => socket.connect());
log('socket', socket.connecting, socket.destroyed, socket.pending, socket.readyState);
