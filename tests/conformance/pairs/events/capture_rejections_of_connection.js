// With captureRejections on for all, what each async listener of a server that fails costs.
// why: A bug in the handler of one connection must end that connection, not reach the server's error event and leave the peer hanging.
// rows: 4.event.connection 4.event.error 5.event.close
const events = require('node:events');
const { net, watch } = require('../../tracing');

events.captureRejections = true;
const server = net.createServer(async (c) => {
  watch(c, 'socket', 'error', 'close');
  await null;
  throw new Error('from the connection');
});
server.on('listening', async () => {
  throw new Error('from listening');
});
server.on('drop', async () => {
  throw new Error('from the drop');
});
watch(server, 'server', 'error', 'close');
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  watch(client, 'client', 'error', 'close');
  client.resume();
  client.on('close', () => {
    server.maxConnections = 0;
    const dropped = net.connect(server.address().port, '127.0.0.1');
    dropped.on('error', () => {});
    dropped.resume();
    dropped.on('close', () => server.close());
  });
});
