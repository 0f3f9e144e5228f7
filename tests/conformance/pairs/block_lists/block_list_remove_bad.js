// Removals with bad arguments: the errors of the additions, but no order of the ends is asked for.
// why: A removal that fails must say so; what is not there, and what cannot be, are no errors.
// rows: 2.removeAddress 2.removeRange 2.removeSubnet
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
list.addSubnet('1.1.1.0', 24);
const six = new net.SocketAddress({ address: '::9', family: 'ipv6' });
for (const args of [[5], ['x'], ['1.1.1.1', 5], ['1.1.1.1', 'x'], ['1.1.1.1', 'ipv6'], ['::1'], ['::1', 'ipv6']])
  attempt('address', () => list.removeAddress(...args));
for (const args of [[5, '1.1.1.1'], ['x', '1.1.1.1'], ['1.1.1.1', 5], ['1.1.1.1', 'x'], ['1.1.1.1', '1.1.1.0'], ['1.1.1.1', '::1'],
  ['1.1.1.1', '1.1.1.2', 5], ['1.1.1.1', '1.1.1.2', 'ipv6'], ['1.1.1.1', six]])
  attempt('range', () => list.removeRange(...args));
for (const args of [[5, 8], ['x', 8], ['1.1.1.1', 'x'], ['1.1.1.1', '8'], ['1.1.1.1', 33], ['1.1.1.1', -1], ['1.1.1.1', 8.5],
  ['1.1.1.1', 8, 5], ['1.1.1.1', 8, 'ipv6'], ['::1', 8], ['::1', 129, 'ipv6'], ['1.1.1.0', 25]])
  attempt('subnet', () => list.removeSubnet(...args));
log('still', list.rules, list.size);
