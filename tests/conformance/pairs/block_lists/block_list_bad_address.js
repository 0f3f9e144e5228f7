// addAddress: arguments of the wrong type, unknown families, addresses that are none of the family.
// why: A typing error in a firewall rule must fail where it is written, with Node's code, and leave no half-made rule behind.
// rows: 2.addAddress
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
attempt('nothing', () => list.addAddress());
attempt('number', () => list.addAddress(1));
attempt('fraction', () => list.addAddress(1.5));
attempt('boolean', () => list.addAddress(true));
attempt('list', () => list.addAddress(['1.1.1.1']));
attempt('object', () => list.addAddress({}));
attempt('bytes', () => list.addAddress(Buffer.from('1.1.1.1')));
attempt('block list', () => list.addAddress(list));
attempt('word', () => list.addAddress('localhost'));
attempt('empty', () => list.addAddress(''));
attempt('prefix', () => list.addAddress('1.1.1.1/8'));
attempt('ipv6 without family', () => list.addAddress('::1'));
attempt('ipv4 as ipv6', () => list.addAddress('1.1.1.1', 'ipv6'));
attempt('family number', () => list.addAddress('1.1.1.1', 4));
attempt('family word', () => list.addAddress('1.1.1.1', 'ipv5'));
attempt('family before address', () => list.addAddress('x', 4));
attempt('family before address', () => list.addAddress('x', 'y'));
log('rules', list.rules);
