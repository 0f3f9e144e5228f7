// An exception inside a custom lookup comes out of connect() itself, in both forms; a later one ends the program.
// why: connect() calls a custom lookup directly, so its exception reaches the caller, who can still destroy the socket.
// rows: 8.9 6.option.lookup 8.8
const { log, net } = require('../../tracing');

for (const autoSelectFamily of [true, false]) {
  const client = new net.Socket();
  client.on('error', (error) => log('error', error));
  client.on('close', (hadError) => log('close', hadError));
  function lookup(hostname, options) {
    log('asked', hostname, options.all);
    throw new Error('the lookup failed');
  }
  try {
    client.connect({ port: 9, host: 'any.name', autoSelectFamily, lookup });
  } catch (error) {
    log('caught', error, client.connecting, client.destroyed);
  }
  process.nextTick(() => log('destroyed', client.destroy() === client, client.connecting));
}
setImmediate(() => {
  const client = net.connect({
    port: 9,
    host: 'any.name',
    lookup: (hostname, options, callback) => process.nextTick(() => {
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
      throw new Error('after the answer');
    }),
  });
  client.on('lookup', (...values) => log('lookup', ...values));
  client.on('connectionAttempt', (...values) => log('attempt', ...values));
});
