// Addresses are held once, in whichever spelling, and removed by any; the last spelling shows.
// why: A ban that is lifted must be lifted, however often and in whatever spelling it was spoken.
// rows: 2.removeAddress 2.clear 2.size
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
list.addAddress('1.1.1.1');
list.addAddress('1.1.1.1');
log('twice', list.rules, list.size);
list.addAddress('::ffff:1.1.1.1', 'ipv6');
log('mapped', list.rules);
list.addAddress('1.1.1.1');
log('plain', list.rules);
attempt('by the mapped one', () => list.removeAddress('::FFFF:101:101', 'ipv6'));
log('none', list.rules, list.size, list.check('1.1.1.1'), list.check('::ffff:1.1.1.1', 'ipv6'));
list.addAddress('::ffff:1.1.1.1', 'ipv6');
attempt('by the plain one', () => list.removeAddress('1.1.1.1'));
log('none', list.rules, list.size, list.check('::ffff:1.1.1.1', 'ipv6'));
attempt('once more', () => list.removeAddress('1.1.1.1'));
list.addAddress('FE80::1%lo', 'ipv6');
attempt('zone', () => list.removeAddress('fe80:0::1', 'ipv6'));
log('none', list.rules);
list.addAddress('2.2.2.2');
attempt('socket address', () => list.removeAddress(new net.SocketAddress({ address: '2.2.2.2', port: 9 })));
list.addSubnet('3.3.3.0', 24);
attempt('within a subnet', () => list.removeAddress('3.3.3.3'));
log('still', list.rules, list.check('3.3.3.3'));
list.addRange('4.4.4.1', '4.4.4.4');
list.addAddress('5.5.5.5');
log('full', list.rules, list.size);
attempt('clear', () => list.clear());
log('empty', list.rules, list.size, list.check('3.3.3.3'), list.check('4.4.4.2'), list.check('5.5.5.5'));
list.addAddress('5.5.5.5');
log('again', list.rules, list.check('5.5.5.5'));
