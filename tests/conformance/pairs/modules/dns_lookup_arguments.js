// What dns.lookup says of bad arguments, and in which order it looks at them.
// why: A mistake in a name would otherwise be looked for in the network.
// rows: 9.dns.lookup
const dns = require('node:dns');
const { attempt, log } = require('../../tracing');
const never = () => log('never');
for (const name of ['', false, 5, {}]) attempt('name', () => dns.lookup(name, never));
attempt('no callback', () => dns.lookup('x'));
attempt('no callback', () => dns.lookup('x', {}));
attempt('options', () => dns.lookup('x', 'y', never));
attempt('family', () => dns.lookup('x', 5, never));
attempt('family', () => dns.lookup('x', { family: 5 }, never));
attempt('family', () => dns.lookup('x', { family: 'v4' }, never));
attempt('hints', () => dns.lookup('x', { hints: 1 }, never));
attempt('hints', () => dns.lookup('x', { hints: 'x', family: 5 }, never));
attempt('all', () => dns.lookup('x', { all: 1, family: 4 }, never));
attempt('verbatim', () => dns.lookup('x', { verbatim: 1 }, never));
attempt('order', () => dns.lookup('x', { order: 'x' }, never));
attempt('name first', () => dns.lookup('', { order: 'x' }));
attempt('of an address', () => dns.lookup('127.0.0.1', { family: 5 }, never));
for (const options of [undefined, 5, {}]) attempt('null byte', () => dns.lookup('127.0.0.1\0x', options));
