// A lookup that answers with no address at all: in the form for one address and in the form for all.
// why: An empty answer leaves no address to fail with, so the error must be made up; taking the first of none is a TypeError.
// rows: 6.option.lookup 5.event.lookup
// differs: A lookup that answers with an empty list is an error event of the socket; Node crashes with a TypeError.
const { log, net, watch } = require('../../tracing');

function one(autoSelectFamily, answer, then) {
  log('case', autoSelectFamily, answer);
  const client = new net.Socket();
  watch(client, 'client', 'lookup', 'connectionAttempt', 'connect', 'close');
  client.on('error', (error) => log('error', error.code, error.message, client.destroyed));
  client.on('close', () => then());
  client.connect({
    port: 9,
    host: 'any.name',
    autoSelectFamily,
    lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
  });
}

one(false, undefined, () => one(true, [], () => log('done')));
