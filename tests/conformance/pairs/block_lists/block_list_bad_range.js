// addRange: which argument is complained about, and in which order.
// why: Programs match error codes; which argument is checked first decides the code when several are wrong.
// rows: 2.addRange
'use strict';
const { attempt, log, net } = require('../../tracing');

const list = new net.BlockList();
attempt('nothing', () => list.addRange());
attempt('start alone', () => list.addRange('1.1.1.1'));
attempt('numbers', () => list.addRange(1, 2));
attempt('number at the end', () => list.addRange('1.1.1.1', 2));
attempt('start before family', () => list.addRange(1, 2, 3));
attempt('family before end', () => list.addRange('1.1.1.1', 2, 3));
attempt('word', () => list.addRange('x', '1.1.1.1'));
attempt('word before type of end', () => list.addRange('x', 2));
attempt('word at the end', () => list.addRange('1.1.1.1', 'x'));
attempt('ipv6 without family', () => list.addRange('::1', '::5'));
attempt('families', () => list.addRange('1.1.1.1', '::5', 'ipv4'));
attempt('family word', () => list.addRange('1.1.1.9', '1.1.1.1', 'z'));
attempt('backwards', () => list.addRange('1.1.1.9', '1.1.1.1'));
attempt('backwards as values', () =>
  list.addRange(
    new net.SocketAddress({ address: '2::6', family: 'ipv6', port: 80 }),
    new net.SocketAddress({ address: '2::5', family: 'ipv6' }),
  ));
log('rules', list.rules);
