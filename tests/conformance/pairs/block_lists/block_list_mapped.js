// IPv4-mapped IPv6 addresses, in every spelling, meet rules for IPv4, and the reverse.
// why: On a dual-stack server IPv4 peers appear as ::ffff:a.b.c.d; if a spelling did not meet the IPv4 rule, blocking would be evaded.
// rows: 2.check 2.addAddress 2.addSubnet 2.addRange
'use strict';
const { byText, log, net } = require('../../tracing');

const spellings = [
  '::ffff:1.2.3.4',
  '::FFFF:1.2.3.4',
  '::ffff:0102:0304',
  '::ffff:102:304',
  '0:0:0:0:0:ffff:1.2.3.4',
  '0000:0000:0000:0000:0000:ffff:0102:0304',
  '::ffff:1.2.3.5',
  '::fffe:1.2.3.4',
  '::1.2.3.4',
];
const address = new net.BlockList();
address.addAddress('1.2.3.4');
const range = new net.BlockList();
range.addRange('1.2.3.0', '1.2.3.4');
const subnet = new net.BlockList();
subnet.addSubnet('1.2.3.4', 31);
for (const spelling of spellings) {
  log(spelling, address.check(spelling, 'ipv6'), range.check(spelling, 'ipv6'), subnet.check(spelling, 'ipv6'));
  log('without the family', address.check(spelling), range.check(spelling), subnet.check(spelling));
}
const mapped = new net.BlockList();
mapped.addAddress('::ffff:5.6.7.8', 'ipv6');
mapped.addSubnet('::ffff:9.0.0.0', 104, 'ipv6');
mapped.addRange('::ffff:7.7.7.1', '::ffff:7.7.7.3', 'ipv6');
for (const plain of ['5.6.7.8', '5.6.7.9', '9.255.255.255', '10.0.0.0', '7.7.7.0', '7.7.7.1', '7.7.7.3', '7.7.7.4'])
  log(`mapped rules ${plain}`, mapped.check(plain), mapped.check(`::ffff:${plain}`, 'ipv6'));
log('rules', byText(mapped.rules));
const all = new net.BlockList();
all.addSubnet('::', 0, 'ipv6');
log('all of ipv6', all.check('1.2.3.4'), all.check('::1', 'ipv6'));
