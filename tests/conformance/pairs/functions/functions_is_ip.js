// isIP, isIPv4 and isIPv6 of addresses in many spellings, and of what is no address.
// why: isIP decides whether a host is looked up; a lenient parser ('127.1', leading zeros) would connect elsewhere than Node does.
// rows: 7.isIP 7.isIPv4 7.isIPv6
'use strict';
const { log, net } = require('../../tracing');

const texts = [
  '127.0.0.1', '0.0.0.0', '255.255.255.255', '256.0.0.0', '127.000.000.001', '01.2.3.4', '1.2.3.04', '127.0.0.1/24', '127.0.0.1:80',
  '127.1', '1.2.3', '1.2.3.4.5', '1.2.3.', '.1.2.3', '1..2.3', '1.2.3.4 ', ' 1.2.3.4', '0x7f.0.0.1', '-1.2.3.4', '1.2.3.a', '1e0.2.3.4',
  '::', '::1', '1::', '2001:db8::1', '2001:DB8:0:0:0:0:0:1', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3',
  '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '1::3:4:5:6:7:8', '1:2:3:4::5:6:7:8', ':1:2:3:4:5:6:7', '1:2:3:4:5:6:7:', ':::', ':', '::g',
  '12345::', '00001::', '::ffff:1.2.3.4', '::1.2.3.4', '::ffff:1.2.3', '::ffff:256.2.3.4', '::ffff:01.2.3.4', '1.2.3.4::', '::1.2.3.4:5',
  '1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:7:1.2.3.4', '64:ff9b::1.2.3.4', '[::1]', '::1/64', '::1 ', 'localhost', 'example.com', 'a', '1', '0', '',
];
for (const text of texts) log(text, net.isIP(text), net.isIPv4(text), net.isIPv6(text));
log('bytes', net.isIP(Buffer.from('1.2.3.4')), net.isIPv4(Buffer.from('1.2.3.4')), net.isIPv6(Buffer.from('::1')));
log('others', net.isIP(undefined), net.isIP(1), net.isIP(true), net.isIP({}), net.isIPv4(4), net.isIPv6([]));
