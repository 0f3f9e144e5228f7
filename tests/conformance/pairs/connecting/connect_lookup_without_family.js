// A lookup that answers without a family, or with one that is none, for one address and for all.
// why: The text of the error names what was given, and a program that logs it should read undefined as on Node.
// rows: 6.option.lookup 5.event.lookup
const { log, net } = require('../../tracing');

const families = { none: undefined, zero: 0, five: 5, text: 'IPv4', true: true, list: [] };
const cases = [];
for (const [name, family] of Object.entries(families)) {
  cases.push([`one ${name}`, { family: 4, lookup: (host, options, answer) => answer(null, '127.0.0.1', family) }]);
  cases.push([`all ${name}`, { lookup: (host, options, answer) => answer(null, [{ address: '127.0.0.1', family }]) }]);
}
function next() {
  const one = cases.shift();
  if (one === undefined) return;
  const [name, options] = one;
  const socket = net.connect({ port: 1, host: 'some.name', ...options });
  socket.on('lookup', (error, address, family, host) => log(`${name} lookup`, error, address, family, host));
  socket.on('error', (error) => log(`${name} error`, error));
  socket.on('close', () => setImmediate(next));
}
next();
