// addSubnet: wrong networks, families and prefixes.
// why: A prefix as a string or out of range is an error in Node; guessing what was meant would open or close whole networks.
// rows: 2.addSubnet
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
attempt('nothing', () => list.addSubnet());
attempt('no prefix', () => list.addSubnet('1.1.1.1'));
attempt('network number', () => list.addSubnet(1, 8));
attempt('network before family', () => list.addSubnet(1, 'y', 3));
attempt('family before prefix', () => list.addSubnet('x', 'y', 3));
attempt('network before prefix', () => list.addSubnet('x', 'y'));
attempt('network with prefix', () => list.addSubnet('1.1.1.1/8', 8));
attempt('ipv6 without family', () => list.addSubnet('::', 64));
attempt('family word', () => list.addSubnet('1.1.1.1', 8, 'x'));
attempt('prefix string', () => list.addSubnet('1.1.1.1', '8'));
attempt('prefix boolean', () => list.addSubnet('1.1.1.1', true));
attempt('prefix fraction', () => list.addSubnet('1.1.1.1', 1.5));
attempt('prefix no number', () => list.addSubnet('1.1.1.1', NaN));
attempt('prefix infinite', () => list.addSubnet('1.1.1.1', Infinity));
attempt('prefix huge', () => list.addSubnet('1.1.1.1', 12345678901));
attempt('prefix 33', () => list.addSubnet('1.1.1.1', 33));
attempt('prefix of a value', () => list.addSubnet(new net.SocketAddress({ family: 'ipv6' }), 129));
log('rules', list.rules);
