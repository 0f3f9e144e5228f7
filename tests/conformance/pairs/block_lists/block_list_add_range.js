// Ranges include both their ends, and may be of one address.
// why: An off-by-one at either end of a range lets in, or locks out, the two addresses that operators test least.
// rows: 2.addRange 2.check
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
attempt('add', () => list.addRange('10.0.0.1', '10.0.0.10'));
attempt('add of one', () => list.addRange('10.0.1.7', '10.0.1.7'));
attempt('add ipv6', () => list.addRange('::a', '::c', 'ipv6'));
attempt('add overlapping', () => list.addRange('10.0.0.5', '10.0.0.12'));
for (const last of [0, 1, 2, 9, 10, 11, 12, 13]) log(`check .${last}`, list.check(`10.0.0.${last}`));
for (const last of [6, 7, 8]) log(`check of one .${last}`, list.check(`10.0.1.${last}`));
for (const last of ['9', 'a', 'b', 'c', 'd']) log(`check ::${last}`, list.check(`::${last}`, 'ipv6'));
attempt('backwards', () => list.addRange('10.0.0.2', '10.0.0.1'));
attempt('backwards ipv6', () => list.addRange('::2', '::1', 'ipv6'));
attempt('all of them', () => list.addRange('0.0.0.0', '255.255.255.255'));
log('first and last', list.check('0.0.0.0'), list.check('255.255.255.255'), list.check('::9', 'ipv6'));
log('rules', list.rules);
