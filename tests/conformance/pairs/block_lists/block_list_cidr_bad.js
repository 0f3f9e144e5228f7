// CIDRs that are none: which error each is, in addCIDR and in removeCIDR.
// why: A list read from a file has lines that are no CIDR; a program tells them apart by the code.
// rows: 2.addCIDR 2.removeCIDR
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
for (const cidr of ['1.2.3.4', '', '1.2.3.4/', '1.2.3.4/x', '1.2.3.4/8x', '1.2.3.4/ 8', '1.2.3.4/08', '1.2.3.4/+8', '1.2.3.4/1e1',
  '1.2.3.4/8.0', '1.2.3.4/0x8', '1.2.3.4/00', '1.2.3.4/-0', '1.2.3.4/-1', '1.2.3.4/33', '1.2.3.4/999999999999', '::1/129', '/8', 'x/8',
  '1.2.3/8', '01.2.3.4/8', ' 1.2.3.4/8', '1.2.3.4 /8', '1.2.3.4/8/9', '[::1]/64', '1.2.3.4:80/8', 5, true, {}, []]) {
  attempt('add', () => list.addCIDR(cidr));
  attempt('remove', () => list.removeCIDR(cidr));
}
log('rules', list.rules);
