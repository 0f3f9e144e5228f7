// Zones of IPv6 addresses, as isIPv6 takes them.
// why: Link-local addresses carry a zone; which characters count decides whether a host is an address or a name to look up.
// rows: 7.isIPv6 7.isIP
'use strict';
const { log, net } = require('../../tracing');

const zones = ['lo', 'eth0', 'eth0.1', 'eth-0', 'en:0', '1', '0', '25', 'LO', '', '%', 'a%b', 'a b', 'a/b', 'a_b', 'é', 'a]', 'x'.repeat(40)];
for (const zone of zones) {
  const text = `fe80::1%${zone}`;
  log(text, net.isIP(text), net.isIPv4(text), net.isIPv6(text));
}
for (const text of ['::%lo', '%lo', '1.2.3.4%lo', '::ffff:1.2.3.4%lo', 'fe80%lo::1', '[fe80::1%lo]', 'fe80::1%lo/64']) log(text, net.isIP(text), net.isIPv6(text));
