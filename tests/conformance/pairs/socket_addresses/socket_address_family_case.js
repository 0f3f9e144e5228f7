// The default address of a family that is not written in small letters.
// why: The family is accepted in any case, so its default address has to follow in any case too.
// rows: 3.constructor
// differs: The default address goes by the family in any case; Node takes the IPv6 one for 'IPv4' and then refuses it.
'use strict';
const { attempt, net } = require('../../tracing');

attempt('small', () => new net.SocketAddress({ family: 'ipv4', port: 1 }));
attempt('mixed', () => new net.SocketAddress({ family: 'IPv4', port: 2 }));
attempt('capitals', () => new net.SocketAddress({ family: 'IPV4', port: 3 }));
attempt('with an address', () => new net.SocketAddress({ family: 'IPV4', address: '1.2.3.4' }));
attempt('ipv6', () => new net.SocketAddress({ family: 'IPV6', port: 4 }));
