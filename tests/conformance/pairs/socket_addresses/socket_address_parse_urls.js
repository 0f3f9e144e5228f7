// SocketAddress.parse of what only a URL may be, and of port 80.
// why: Node parses by way of a URL, which drops port 80 and takes '127.1' for an address; both are traps.
// rows: 3.parse
// differs: Text is read as an address and a port, not as the host of a URL; so port 80 is kept and short forms are none.
'use strict';
const { attempt, net } = require('../../tracing');

const texts = ['1.2.3.4:81', '1.2.3.4:80', '[::1]:80', '127.1:8', '0x7f.1:8', '017.1.1.1:5', '2130706433:9', 'user@1.2.3.4:8', '1.2.3.4:8/x', '1.2.3.4:8?x', '1.2.3.4:82'];
for (const text of texts) attempt(`parse ${text}`, () => net.SocketAddress.parse(text));
