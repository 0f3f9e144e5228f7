// The port of a SocketAddress: numbers, and strings that read as numbers.
// why: Ports given as text are read as JavaScript numbers, blanks and hexadecimal included.
// rows: 3.constructor 3.errors
'use strict';
const { attempt, net } = require('../../tracing');

for (const port of [0, 1, 65535, 65536, -1, 1.5, NaN, Infinity]) attempt('number', () => new net.SocketAddress({ port }));
for (const port of ['80', ' 80 ', '080', '0x50', '0b11', '0o17', '+80', '1e2', '80.0'])
  attempt(`string ${port}`, () => new net.SocketAddress({ port }));
for (const port of ['', ' ', 'x', '80.5', '1_0', '65536', '-1', '80x', '0xg', '0x', '1e9', 'Infinity'])
  attempt(`string ${port}`, () => new net.SocketAddress({ port }));
attempt('boolean', () => new net.SocketAddress({ port: true }));
attempt('object', () => new net.SocketAddress({ port: {} }));
attempt('list', () => new net.SocketAddress({ port: [80] }));
attempt('undefined', () => new net.SocketAddress({ port: undefined }));
