// end() before autoselection has found an address that answers: the data goes out, then the FIN.
// why: end() before the connection must survive a failed attempt: the next attempt has a new handle, and the FIN is still owed on it.
// rows: 6.autoselect 5.end 8.5
// differs: end() while connecting is kept when an attempt fails; Node then ends our side only after the peer's end.
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  watch(c, 'server side', 'data', 'end');
  c.on('data', () => setTimeout(() => c.destroy(), 100));
});
server.listen(0, '127.0.0.1', () => {
  const answer = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 }));
  const client = net.connect({
    port: server.address().port,
    host: 'many.names',
    lookup: (hostname, options, callback) => process.nextTick(callback, null, answer),
  });
  const events = ['connectionAttempt', 'connect', 'finish', 'end', 'error', 'close'];
  watch(client, 'client', ...events);
  client.end('queued', () => log('end called back', client.writableFinished));
  client.resume();
  client.on('close', () => server.close());
});
