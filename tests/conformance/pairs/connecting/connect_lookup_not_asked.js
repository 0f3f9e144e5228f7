// An IP literal is not looked up, of neither family: no call, no lookup event, no options of lookup checked.
// why: Looking up a literal costs a thread and, with a custom lookup, could send the connection elsewhere.
// rows: 6.option.lookup 6.option.host 6.option.family 5.event.lookup
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, () => {
  const port = server.address().port;
  const many = [
    { port, host: '127.0.0.1', lookup: () => log('never') },
    { port, host: '::1', lookup: () => log('never') },
    { port, host: '::ffff:127.0.0.1', lookup: () => log('never') },
    { port, host: '127.0.0.1', hints: 7, lookup: 'no function' },
    { port, host: '127.0.0.1', family: 6 },
  ];
  function next() {
    const options = many.shift();
    if (options === undefined) {
      server.close();
      return;
    }
    const client = net.connect(options);
    watch(client, 'client', 'lookup', 'connectionAttempt', 'connect', 'close');
    client.on('connect', () => log('remote', client.remoteAddress, client.remoteFamily, client.localAddress));
    client.resume();
    client.on('close', next);
  }
  next();
});
