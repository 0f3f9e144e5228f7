// SocketAddress: wrong options, and which of several is complained about.
// why: Which of several wrong options is complained about decides the code that a caller sees.
// rows: 3.errors 3.constructor
'use strict';
const { attempt, net } = require('../../tracing');

attempt('string', () => new net.SocketAddress('1.2.3.4'));
attempt('number', () => new net.SocketAddress(1));
attempt('boolean', () => new net.SocketAddress(true));
attempt('list', () => new net.SocketAddress([]));
attempt('family word', () => new net.SocketAddress({ family: 'ipv5' }));
attempt('family number', () => new net.SocketAddress({ family: 4 }));
attempt('family empty', () => new net.SocketAddress({ family: '' }));
attempt('address number', () => new net.SocketAddress({ address: 1 }));
attempt('address list', () => new net.SocketAddress({ address: [] }));
attempt('address empty', () => new net.SocketAddress({ address: '' }));
attempt('address word', () => new net.SocketAddress({ address: 'localhost' }));
attempt('ipv6 without family', () => new net.SocketAddress({ address: '::1' }));
attempt('ipv4 as ipv6', () => new net.SocketAddress({ address: '1.2.3.4', family: 'ipv6' }));
attempt('flow label string', () => new net.SocketAddress({ flowlabel: '1' }));
attempt('flow label boolean', () => new net.SocketAddress({ flowlabel: true }));
attempt('flow label fraction', () => new net.SocketAddress({ flowlabel: 1.5 }));
attempt('flow label negative', () => new net.SocketAddress({ flowlabel: -1, family: 'ipv6' }));
attempt('flow label too large', () => new net.SocketAddress({ flowlabel: 4294967296, family: 'ipv6' }));
attempt('family first', () => new net.SocketAddress({ family: 'x', address: 1, port: -1, flowlabel: -1 }));
attempt('then the type of the address', () => new net.SocketAddress({ address: 1, port: -1, flowlabel: -1 }));
attempt('then the port', () => new net.SocketAddress({ address: 'x', port: -1, flowlabel: -1 }));
attempt('then the flow label', () => new net.SocketAddress({ address: 'x', flowlabel: -1 }));
