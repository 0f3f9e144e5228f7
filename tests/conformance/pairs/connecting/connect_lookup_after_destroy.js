// A socket destroyed before the lookup answers: the answer is dropped, nothing is attempted.
// why: DNS answers arrive seconds later; one for a destroyed socket must neither connect nor emit.
// rows: 6.option.lookup 8.1 8.5 5.destroy
const { log, net, watch } = require('../../tracing');

function one(label, autoSelectFamily, answer, then) {
  let saved;
  const client = net.connect({
    port: 9,
    host: 'any.name',
    autoSelectFamily,
    lookup: (hostname, options, callback) => (saved = callback),
  });
  watch(client, label, 'lookup', 'connectionAttempt', 'connect', 'error', 'close');
  client.write('lost', (error) => log(label + ' written', error));
  client.destroy();
  log(label + ' destroyed', client.connecting, client.destroyed);
  setImmediate(() => {
    saved(...answer);
    setImmediate(then);
  });
}

one('single', false, [null, '127.0.0.1', 4], () => {
  one('all', true, [null, [{ address: '127.0.0.1', family: 4 }]], () => {
    one('failed', true, [new Error('too late')], () => log('done'));
  });
});
