// destroy() in the tick of connect(), in the next tick, and with an error: one error at most, then close.
// why: Callers that change their mind destroy right after connect(): one error at most, then close, and queued writes call back.
// rows: 5.destroy 8.1 8.5 8.8
const { log, net, watch } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const ways = [
    ['at once', (client) => client.destroy()],
    ['at once with an error', (client) => client.destroy(new Error('mine'))],
    ['twice', (client) => client.destroy(new Error('first')).destroy(new Error('second'))],
    ['in a tick', (client) => process.nextTick(() => log('destroyed', client.destroy() === client))],
    ['soon', (client) => client.destroySoon()],
  ];
  function next() {
    const way = ways.shift();
    if (way === undefined) {
      server.close();
      return;
    }
    log('case', way[0]);
    const client = net.connect(server.address().port, '127.0.0.1');
    watch(client, 'client', 'connectionAttempt', 'connect', 'finish', 'end', 'error', 'close');
    client.write('pending', (error) => log('written', error));
    way[1](client);
    log('state', client.connecting, client.destroyed, client.readyState, client.closed);
    process.nextTick(() => log('tick', client.closed));
    client.on('close', () => setImmediate(next));
  }
  next();
});
