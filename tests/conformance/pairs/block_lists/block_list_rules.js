// The rules as text: addresses, subnets, ranges, the newest first, in canonical spelling; the list is a copy.
// why: The text of rules is what programs show, compare and store; order and canonical spelling are part of it.
// rows: 2.rules 2.toJSON
'use strict';
const { byText, log, net } = require('../../tracing');

const list = new net.BlockList();
log('none', byText(list.rules), byText(list.toJSON()));
list.addAddress('123.123.123.123');
list.addRange('10.0.0.1', '10.0.0.10');
list.addSubnet('8592:757c:efae:4e45:0:0:0:1', 64, 'ipv6');
list.addSubnet('1.2.3.4', 8);
list.addAddress('FE80:0:0:0:0:0:0:1%lo', 'ipv6');
list.addAddress('::ffff:1.2.3.4', 'ipv6');
list.addAddress('::1.2.3.4', 'ipv6');
list.addAddress('1:0:0:2:0:0:0:3', 'ipv6');
list.addRange('::1', '::0:0:9', 'ipv6');
list.addAddress('123.123.123.123');
for (const rule of byText(list.rules)) log(rule);
const copy = list.rules;
copy.push('Address: IPv4 9.9.9.9');
log('copy', copy.length, list.rules.length, list.check('9.9.9.9'));
log('json', byText(list.toJSON()));
