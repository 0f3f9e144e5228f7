// addAddresses: several at once, or none; a SocketAddress has its own family.
// why: A list that is replaced as a whole must not be left half there.
// rows: 2.addAddresses 2.size
'use strict';
const { attempt, byText, log, net } = require('../../tracing');

const list = new net.BlockList();
const other = new net.SocketAddress({ address: '::7', family: 'ipv6', port: 5 });
attempt('empty', () => list.addAddresses([]));
attempt('ipv4', () => list.addAddresses(['1.2.3.4', '1.2.3.5', '1.2.3.4', other]));
attempt('by name', () => list.addAddresses(['1.2.3.6'], 'IPv4'));
attempt('ipv6', () => list.addAddresses(['::1', 'FE80::1%lo', '::ffff:1.2.3.5'], 'ipv6'));
log('rules', byText(list.rules), list.size);
attempt('wrong family', () => list.addAddresses(['9.9.9.9', '::9']));
attempt('no address', () => list.addAddresses(['9.9.9.9', 'x']));
attempt('a number', () => list.addAddresses(['9.9.9.9', 5]));
attempt('unknown family', () => list.addAddresses(['9.9.9.9'], 'ipv5'));
attempt('unknown family of none', () => list.addAddresses([], 'ipv5'));
attempt('family of a wrong type', () => list.addAddresses([], 5));
for (const bad of ['9.9.9.9', 5, {}, true]) attempt('no list', () => list.addAddresses(bad));
log('after', list.size, list.check('9.9.9.9'));
