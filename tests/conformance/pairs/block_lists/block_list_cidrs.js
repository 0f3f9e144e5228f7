// addCIDRs: several at once, in their order; bad text among them adds none.
// why: The private networks are blocked in one call; a list with a typing error must not be half there.
// rows: 2.addCIDRs 2.PRIVATE_RANGES
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
attempt('empty', () => list.addCIDRs([]));
attempt('some', () => list.addCIDRs(['1.2.3.4/8', '::1/128', '1.2.3.4/8']));
log('rules', list.rules, list.size);
for (const bad of [['9.0.0.0/8', 'x'], ['9.0.0.0/8', '9.0.0.0/x'], ['9.0.0.0/8', 5], ['9.0.0.0/8', {}], '9.0.0.0/8', 5, {}])
  attempt('bad', () => list.addCIDRs(bad));
log('after', list.size, list.check('9.1.1.1'));
log('private', net.BlockList.PRIVATE_RANGES.length, [...net.BlockList.PRIVATE_RANGES]);
list.addCIDRs(net.BlockList.PRIVATE_RANGES);
log('size', list.size);
for (const address of ['10.1.1.1', '172.15.0.1', '172.31.255.255', '192.168.0.1', '127.0.0.2', '169.254.9.9', '8.8.8.8'])
  log(address, list.check(address));
for (const address of ['::1', '::2', 'febf::1', 'fec0::', 'fdff::1', '2001:db8::1']) log(address, list.check(address, 'ipv6'));
