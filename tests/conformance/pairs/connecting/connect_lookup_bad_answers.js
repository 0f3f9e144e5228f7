// Answers of a lookup that are no addresses.
// why: A broken custom lookup must be an error event that names the bad address, not a crash in the middle of connecting.
// rows: 6.option.lookup 5.event.lookup 8.1
const { log, net, watch } = require('../../tracing');

const cases = [
  [false, ['not an address', 4]],
  [false, ['127.0.0.1', 5]],
  [false, [undefined, undefined]],
  [false, ['::1', 4]],
  [true, [[{ address: 'not an address', family: 4 }]]],
  [true, [[{ address: '127.0.0.1', family: 5 }]]],
];
function next() {
  const one = cases.shift();
  if (one === undefined) return;
  const [autoSelectFamily, answer] = one;
  log('case', autoSelectFamily, answer);
  const client = new net.Socket();
  watch(client, 'client', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'close');
  client.on('error', (error) => log('error', error.code, error.message));
  client.on('close', next);
  client.connect({ port: 9, host: 'any.name', autoSelectFamily, lookup: (hostname, options, callback) => callback(null, ...answer) });
}
next();
