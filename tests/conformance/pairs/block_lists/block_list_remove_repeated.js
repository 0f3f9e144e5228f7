// Ranges and subnets are kept as often as added; a removal takes one, by its text.
// why: Two parts of a program that block the same must not undo each other.
// rows: 2.removeRange 2.removeSubnet 2.removeCIDR 2.size
'use strict';
const { log, net } = require('../../tracing');

const list = new net.BlockList();
list.addSubnet('10.1.1.1', 8);
list.addSubnet('10.0.0.0', 8);
list.addCIDR('10.0.0.0/8');
log('subnets', list.rules, list.size);
list.removeSubnet('10.2.2.2', 8);
log('not as written', list.size);
list.removeSubnet('10.0.0.0', 9);
log('other prefix', list.size);
list.removeSubnet('10.0.0.0', 8);
log('one', list.rules);
list.removeCIDR('10.1.1.1/8');
log('two', list.rules, list.check('10.3.3.3'));
list.removeCIDR('10.0.0.0/8');
list.removeCIDR('10.0.0.0/8');
log('three', list.rules, list.check('10.3.3.3'));
list.addSubnet('FE80::1', 64, 'ipv6');
list.removeSubnet('fe80:0::1', 64, 'ipv6');
log('spelling', list.rules);
list.addSubnet('::ffff:9.0.0.0', 104, 'ipv6');
list.removeSubnet('9.0.0.0', 8);
log('mapped', list.rules, list.check('9.1.1.1'));
list.removeSubnet('::FFFF:900:0', 104, 'ipv6');
log('mapped', list.rules, list.check('9.1.1.1'));
list.addRange('1.1.1.1', '1.1.1.5');
list.addRange('1.1.1.2', '1.1.1.9');
list.addRange('1.1.1.1', '1.1.1.5');
list.addRange('::1', '::9', 'ipv6');
log('ranges', list.rules, list.size);
list.removeRange('1.1.1.1', '1.1.1.5');
log('one', list.rules, list.check('1.1.1.1'));
list.removeRange('1.1.1.1', '1.1.1.4');
log('other end', list.size);
list.removeRange('1.1.1.1', '1.1.1.5');
log('two', list.rules, list.check('1.1.1.1'), list.check('1.1.1.2'));
list.removeRange('::1', '0::9', 'ipv6');
list.removeRange(new net.SocketAddress({ address: '1.1.1.2' }), '1.1.1.9');
log('all', list.rules, list.check('1.1.1.2'), list.check('::5', 'ipv6'));
