// SocketAddress keeps the canonical spelling of an address, without its zone.
// why: Addresses are compared as text, so every spelling has to give the one canonical form.
// rows: 3.constructor
'use strict';
const { attempt, net } = require('../../tracing');

const spellings = [
  '::',
  '0:0:0:0:0:0:0:1',
  '2001:DB8::0001',
  '2001:db8:0:0:1:0:0:1',
  '2001:0:0:1:0:0:0:1',
  '1:0:2:3:4:5:6:7',
  '::ffff:1.2.3.4',
  '::ffff:0102:0304',
  '::1.2.3.4',
  '64:ff9b::1.2.3.4',
  'fe80::1%lo',
  'fe80::1%1',
  'fe80::1%',
  'fe80::1%l o',
  '[::1]',
  '::1 ',
  '1::2::3',
  '12345::',
];
for (const address of spellings) attempt(`ipv6 ${address}`, () => new net.SocketAddress({ address, family: 'ipv6' }));
for (const address of ['0.0.0.0', '255.255.255.255', '256.0.0.0', '1.2.3', '01.2.3.4', '1.2.3.4 ', '0x7f.0.0.1'])
  attempt(`ipv4 ${address}`, () => new net.SocketAddress({ address }));
