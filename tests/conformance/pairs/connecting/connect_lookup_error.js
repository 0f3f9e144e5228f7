// A lookup that fails, at once and later, in both forms: lookup(err), then error, then close.
// why: The lookup's own error object must arrive unchanged, whether it answers inside the call or later.
// rows: 6.option.lookup 5.event.lookup 8.1 8.8
const { log, net, watch } = require('../../tracing');

const failure = Object.assign(new Error('no such name here'), { code: 'ENOTFOUND' });
const cases = [
  [true, (answer) => answer()],
  [true, (answer) => process.nextTick(answer)],
  [false, (answer) => answer()],
  [false, (answer) => setImmediate(answer)],
];
function next() {
  const one = cases.shift();
  if (one === undefined) return;
  const [autoSelectFamily, when] = one;
  log('case', autoSelectFamily);
  const client = new net.Socket();
  watch(client, 'client', 'lookup', 'connectionAttempt', 'connect', 'error', 'close');
  client.on('error', (error) => log('the same', error === failure, client.connecting));
  client.connect({ port: 9, host: 'any.name', autoSelectFamily, lookup: (hostname, options, callback) => when(() => callback(failure)) });
  log('returned', client.connecting, client.destroyed);
  client.on('close', next);
}
next();
