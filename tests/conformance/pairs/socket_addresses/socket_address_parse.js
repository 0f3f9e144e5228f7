// SocketAddress.parse: addresses with and without a port, and text that is none.
// why: Text that is no address gives undefined, not an exception: parse() is used to ask.
// rows: 3.parse
'use strict';
const { attempt, net } = require('../../tracing');

const texts = [
  '123.1.2.3:1234',
  '[1::1]:1234',
  '1.2.3.4',
  '[::1]',
  '1.2.3.4:0',
  '1.2.3.4:',
  '1.2.3.4:08',
  '[2001:DB8:0::1]:65535',
  '[::ffff:1.2.3.4]:8',
  '1.2.3.4:65536',
  '1.2.3.4:-1',
  '1.2.3.4:x',
  '[::1]x:1',
  '[::1',
  '::1',
  '::1:80',
  '[fe80::1%lo]:8',
  '[fe80::1%1]:8',
  '[1.2.3.4]:8',
  'localhost:80',
  'x',
  '',
  ' 1.2.3.4:8 ',
  '256.1.1.1:8',
  '1.2.3.4.5:8',
];
for (const text of texts) attempt(`parse ${text}`, () => net.SocketAddress.parse(text));
attempt('nothing', () => net.SocketAddress.parse());
attempt('number', () => net.SocketAddress.parse(80));
attempt('list', () => net.SocketAddress.parse(['1.2.3.4:80']));
attempt('value', () => net.SocketAddress.parse(new net.SocketAddress()));
