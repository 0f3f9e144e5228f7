// Subnets: bits beyond the prefix do not matter, and the prefix has its limits.
// why: Operators write networks with host bits set (172.16.9.9/12); Node masks them, so a port that compared them raw would block nothing.
// rows: 2.addSubnet 2.check
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
attempt('add', () => list.addSubnet('172.16.9.9', 12));
attempt('add ipv6', () => list.addSubnet('8592:757c:efae:4e45::', 64, 'ipv6'));
attempt('add whole', () => list.addSubnet('9.9.9.9', 32));
attempt('add odd', () => list.addSubnet('9.9.8.129', 25));
for (const address of ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'])
  log(`check ${address}`, list.check(address));
for (const address of ['9.9.9.8', '9.9.9.9', '9.9.9.10', '9.9.8.127', '9.9.8.128', '9.9.8.255'])
  log(`check ${address}`, list.check(address));
for (const address of ['8592:757c:efae:4e44:ffff::', '8592:757c:efae:4e45::f', '8592:757c:efae:4e46::'])
  log(`check ${address}`, list.check(address, 'ipv6'));
attempt('prefix 33', () => list.addSubnet('1.1.1.1', 33));
attempt('prefix -1', () => list.addSubnet('1.1.1.1', -1));
attempt('prefix 129', () => list.addSubnet('::', 129, 'ipv6'));
attempt('prefix 128', () => list.addSubnet('::1', 128, 'ipv6'));
attempt('prefix 0', () => list.addSubnet('1.1.1.1', 0));
log('everything', list.check('200.200.200.200'), list.check('2001::', 'ipv6'));
log('rules', list.rules);
