// SocketAddress: its options and their defaults.
// why: Defaults differ by family (127.0.0.1 or ::), and unknown options are passed over.
// rows: 3.constructor
'use strict';
const { attempt, log, net } = require('../../tracing');

attempt('nothing', () => new net.SocketAddress());
attempt('no options', () => new net.SocketAddress({}));
attempt('undefined', () => new net.SocketAddress(undefined));
attempt('address', () => new net.SocketAddress({ address: '1.2.3.4' }));
attempt('address and port', () => new net.SocketAddress({ address: '1.2.3.4', port: 80 }));
attempt('last port', () => new net.SocketAddress({ port: 65535 }));
attempt('family', () => new net.SocketAddress({ family: 'ipv6' }));
attempt('family in capitals', () => new net.SocketAddress({ family: 'IPv6', address: '::5' }));
attempt('family and port', () => new net.SocketAddress({ family: 'ipv6', port: 1 }));
attempt('flow label', () => new net.SocketAddress({ family: 'ipv6', flowlabel: 1048575 }));
attempt('flow label of ipv4', () => new net.SocketAddress({ flowlabel: 5 }));
attempt('others passed over', () => new net.SocketAddress({ address: '9.9.9.9', host: 'x', family: undefined }));
const address = new net.SocketAddress({ address: '::1', family: 'ipv6', port: 1234, flowlabel: 7 });
log('fields', address.address, address.family, address.port, address.flowlabel);
log('json', address.toJSON());
log('is one', net.SocketAddress.isSocketAddress(address), net.SocketAddress.isSocketAddress(address.toJSON()));
