// destroy() inside lookup, connect and ready: nothing of the connection follows but close.
// why: A listener may destroy the socket at every step; the code after the emit must look again before it goes on.
// rows: 5.destroy 5.event.lookup 5.event.connect 5.event.ready 8.1
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.on('error', () => 0).resume());
server.listen(0, '127.0.0.1', () => {
  const names = ['lookup', 'connect', 'ready'];
  function next() {
    const name = names.shift();
    if (name === undefined) {
      server.close();
      return;
    }
    log('case', name);
    const client = net.connect({
      port: server.address().port,
      host: 'any.name',
      lookup: (hostname, options, callback) => process.nextTick(callback, null, [{ address: '127.0.0.1', family: 4 }]),
    });
    watch(client, 'client', 'lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'ready', 'error', 'close');
    client.on(name, () => {
      client.destroy();
      log('destroyed', client.connecting, client.pending, client.readyState);
    });
    client.write('x', (error) => log('written', error));
    client.on('close', () => setImmediate(next));
  }
  next();
});
