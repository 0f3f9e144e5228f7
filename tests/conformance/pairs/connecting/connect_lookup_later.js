// A lookup that answers in a tick, in an immediate and in a timer: connect() has returned before.
// why: Whatever phase the answer comes in, connect() has returned and the socket is still connecting when it does.
// rows: 6.option.lookup 5.event.lookup 8.8
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const ways = [
    ['tick', (answer) => process.nextTick(answer)],
    ['immediate', (answer) => setImmediate(answer)],
    ['timer', (answer) => setTimeout(answer, 5)],
  ];
  function next() {
    const way = ways.shift();
    if (way === undefined) {
      server.close();
      return;
    }
    const [name, later] = way;
    function lookup(hostname, options, callback) {
      log('asked', name, hostname);
      later(() => {
        log('answering', client.connecting, client.readyState);
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
        log('answered');
      });
    }
    const client = net.connect({ port: server.address().port, host: 'any.name', lookup });
    log('returned', client.connecting);
    watch(client, 'client', 'lookup', 'connectionAttempt', 'connect', 'close');
    client.resume();
    client.on('close', next);
  }
  next();
});
