// Single addresses: what blocks them, and for which family.
// why: A rule holds for one family only; a check that forgot the family would block strangers or let a blocked peer in.
// rows: 2.addAddress 2.check
'use strict';
const { attempt, byText, log, net } = require('../../tracing');

const list = new net.BlockList();
attempt('empty', () => list.check('1.1.1.1'));
attempt('add ipv4', () => list.addAddress('1.1.1.1'));
attempt('add ipv4 by name', () => list.addAddress('2.2.2.2', 'ipv4'));
attempt('add ipv6', () => list.addAddress('8592:757c:efae:4e45:fb5d:d62a:0d00:8e17', 'ipv6'));
attempt('add any case', () => list.addAddress('::AB', 'IPv6'));
attempt('add twice', () => list.addAddress('1.1.1.1'));
for (const address of ['1.1.1.0', '1.1.1.1', '1.1.1.2', '2.2.2.2', '01.1.1.1', '1.1.1'])
  log(`check ${address}`, list.check(address), list.check(address, 'ipv4'), list.check(address, 'ipv6'));
for (const address of ['8592:757c:efae:4e45:fb5d:d62a:d00:8e17', '::ab', '0:0::00AB', '::ac', '::'])
  log(`check ${address}`, list.check(address), list.check(address, 'ipv6'), list.check(address, 'IPV6'));
log('rules', byText(list.rules));
