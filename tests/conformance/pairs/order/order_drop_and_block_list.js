// drop is only for maxConnections: an address on the block list is refused without any event.
// why: An operator who counts drop sees overload only; blocked scanners must not look like overload.
// rows: 8.10 4.event.drop 4.maxConnections 4.option.blockList 2.use.server
const { log, net, watch } = require('../../tracing');

const blockList = new net.BlockList();
blockList.addAddress('127.0.0.9');
const server = net.createServer({ blockList }, (c) => {
  log('connection', c.remoteAddress);
  c.on('end', () => log('server side end', c.remoteAddress));
  c.resume();
});
server.maxConnections = 1;
watch(server, 'server', 'error', 'close');
server.on('drop', (data) => log('drop', data.remoteAddress, data.localAddress, Object.keys(data).sort()));
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  function connect(localAddress, then) {
    const client = net.connect({ port, host: '127.0.0.1', localAddress });
    watch(client, 'client', 'end', 'close');
    client.on('error', (error) => log('client error', error.code));
    client.resume();
    return client.on('close', then);
  }
  connect('127.0.0.9', () => {
    const held = connect('127.0.0.8', () => server.close());
    held.on('connect', () => {
      connect('127.0.0.7', () => {
        connect('127.0.0.9', () => held.end());
      });
    });
  });
});
