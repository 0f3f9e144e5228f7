// An address that the block list of the client refuses: one attempt, ERR_IP_BLOCKED, no failed attempt.
// why: The refusal is an error event with ERR_IP_BLOCKED after the attempt is announced, so tracing code pairs attempts with outcomes.
// rows: 6.option.blockList 5.option.blockList 2.use.connect 8.10
const { log, net, watch } = require('../../tracing');

const blockList = new net.BlockList();
blockList.addAddress('127.0.0.1');
blockList.addSubnet('::1', 128, 'ipv6');
const server = net.createServer((c) => c.end());
server.listen(0, () => {
  const port = server.address().port;
  const hosts = ['127.0.0.1', '::1', '127.0.0.2', '::ffff:127.0.0.1'];
  function next() {
    const host = hosts.shift();
    if (host === undefined) {
      server.close();
      return;
    }
    const client = new net.Socket({ blockList });
    const events = ['lookup', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close'];
    watch(client, 'client', ...events);
    client.connect({ port, host });
    log('returned', host, client.connecting, client.destroyed);
    client.resume();
    client.on('close', next);
  }
  next();
});
