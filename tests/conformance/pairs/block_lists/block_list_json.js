// toJSON and fromJSON: the rules there and back, as a list and as text.
// why: Rules are stored as JSON and read back at the next start; what is lost on the way is a hole in the firewall.
// rows: 2.toJSON 2.fromJSON
'use strict';
const { byText, log, net } = require('../../tracing');

const list = new net.BlockList();
list.addAddress('1.2.3.4');
list.addAddress('::1', 'ipv6');
list.addRange('10.0.0.1', '10.0.0.10');
list.addRange('1::', '1::ff', 'ipv6');
list.addSubnet('172.16.0.0', 12);
list.addSubnet('2001:db8::', 32, 'ipv6');
const saved = byText(list.toJSON());
log('saved', saved);
const copy = new net.BlockList();
copy.addAddress('9.9.9.9');
log('from a list', copy.fromJSON(saved));
log('rules', byText(copy.rules));
const text = '["Address: IPv4 5.5.5.5", "Subnet: IPv6 fe80::/10"]';
log('from text', copy.fromJSON(text));
log('rules', byText(copy.rules));
log('empty', copy.fromJSON([]), copy.fromJSON('[]'), copy.rules.length);
for (const address of ['1.2.3.4', '10.0.0.10', '10.0.0.11', '172.31.0.0', '172.32.0.0', '5.5.5.5', '9.9.9.9'])
  log(`check ${address}`, list.check(address), copy.check(address));
for (const address of ['::1', '1::ff', '1::100', '2001:db8:ffff::', 'febf::', 'fec0::'])
  log(`check ${address}`, list.check(address, 'ipv6'), copy.check(address, 'ipv6'));
