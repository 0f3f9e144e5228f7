// addCIDR: the family is that of the address, bits beyond the prefix do not matter.
// why: Lists of networks come as CIDRs; a wrong family or width blocks others than meant.
// rows: 2.addCIDR 2.size
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
for (const cidr of ['10.1.2.3/8', '192.168.1.0/24', '1.2.3.4/32', 'FE80::1%lo/64', '::1/128', '2001:DB8::/32', '::ffff:9.0.0.0/104'])
  attempt(cidr, () => list.addCIDR(cidr));
log('size', list.size);
for (const rule of list.rules) log(rule);
for (const address of ['10.255.255.255', '11.0.0.0', '192.168.1.255', '192.168.2.0', '1.2.3.4', '1.2.3.5', '9.9.9.9'])
  log(address, list.check(address), list.check('::ffff:' + address, 'ipv6'));
for (const address of ['fe80::ffff', 'fe80:0:0:1::', '::1', '::2', '2001:db8:ffff::', '2001:db9::'])
  log(address, list.check(address, 'ipv6'));
list.addCIDR('0.0.0.0/0');
log('all of ipv4', list.check('8.8.8.8'), list.check('2001:db9::', 'ipv6'));
list.addCIDR('::/0');
log('all of ipv6', list.check('2001:db9::', 'ipv6'), list.size);
