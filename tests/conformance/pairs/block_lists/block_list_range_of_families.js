// A range from an IPv4 to an IPv6 address.
// why: Ends of two families order somehow in memory, so without a check the range is accepted and blocks other addresses than meant.
// rows: 2.addRange 2.rules
// differs: A range must be of one family; Node takes it and then blocks nothing that was meant.
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
const start = new net.SocketAddress({ address: '1.1.1.1' });
const end = new net.SocketAddress({ address: '2::', family: 'ipv6' });
attempt('add', () => list.addRange(start, end));
attempt('add backwards', () => list.addRange(end, start));
log('check', list.check('1.1.1.1'), list.check('1.1.1.2'), list.check('1::', 'ipv6'), list.check('2::', 'ipv6'));
log('rules', list.rules);
