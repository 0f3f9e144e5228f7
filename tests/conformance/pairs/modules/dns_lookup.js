// dns.lookup of addresses and names: one, all, a family, an order, and a name that is not found.
// why: Programs that connect to what they resolve themselves do it with this.
// rows: 9.dns.lookup
const dns = require('node:dns');
const { log } = require('../../tracing');
const later = (label) => (error, ...rest) => log(label, error, ...rest);
const steps = [
  (cb) => dns.lookup('127.0.0.1', cb),
  (cb) => dns.lookup('::1', cb),
  (cb) => dns.lookup('::1', 4, cb),
  (cb) => dns.lookup('127.0.0.1', { all: true }, cb),
  (cb) => dns.lookup('localhost', 4, cb),
  (cb) => dns.lookup('localhost', { family: 'IPv4' }, cb),
  (cb) => dns.lookup('localhost', { family: 4, all: true }, cb),
  (cb) => dns.lookup('localhost', { order: 'ipv4first' }, cb),
  (cb) => dns.lookup('localhost', { verbatim: false, hints: dns.ADDRCONFIG }, cb),
  (cb) => dns.lookup('name.invalid', cb),
  (cb) => dns.lookup('name.invalid', { all: true }, cb),
];
const next = (index) => {
  if (index === steps.length) return;
  let sync = true;
  steps[index]((...args) => { log('step', index, sync, ...args); next(index + 1); });
  sync = false;
};
next(0);
log('constants', dns.ADDRCONFIG, dns.V4MAPPED, dns.ALL);
