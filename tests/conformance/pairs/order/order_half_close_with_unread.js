// The end and the close wait for what was not read yet; nothing is lost when reading begins late.
// why: The peer's FIN must not discard what is still buffered for a slow reader.
// rows: 8.2 8.4 5.pause 5.resume 5.event.end
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end('x'.repeat(1000)));
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  watch(client, 'client', 'connect', 'end', 'finish', 'close');
  client.pause();
  let count = 0;
  client.on('data', (data) => (count += data.length));
  setTimeout(() => {
    log('waited', count, client.readyState, client.readableEnded, client.readableLength);
    client.resume();
  }, 60);
  client.on('end', () => log('received', count));
  client.on('close', () => server.close());
});
