// dns.promises.lookup, and lookup made awaitable: the address with its family, or the list.
// why: The awaited form has another shape than the callback.
// rows: 9.dns.promises 9.util.promisify
const dns = require('node:dns');
const { promisify } = require('node:util');
const { log } = require('../../tracing');
const attempted = async (label, f) => { try { log(label, await f()); } catch (error) { log(label + ' threw', error); } };
const main = async () => {
  await attempted('address', () => dns.promises.lookup('127.0.0.1'));
  await attempted('all', () => dns.promises.lookup('127.0.0.1', { all: true }));
  await attempted('name', () => dns.promises.lookup('localhost', { family: 4 }));
  await attempted('name', () => dns.promises.lookup('localhost', { family: 4, all: true }));
  await attempted('number', () => dns.promises.lookup('localhost', 4));
  await attempted('not found', () => dns.promises.lookup('name.invalid'));
  for (const bad of ['', 5]) await attempted('bad', () => dns.promises.lookup(bad));
  await attempted('bad family', () => dns.promises.lookup('x', { family: 5 }));
  await attempted('promisified', () => promisify(dns.lookup)('127.0.0.1'));
  await attempted('promisified', () => promisify(dns.lookup)('localhost', { family: 4, all: true }));
  await attempted('promisified', () => promisify(dns.lookup)('name.invalid'));
};
main();
