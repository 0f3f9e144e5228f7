// end() with nothing while connecting: the peer sees a connection that ends; nothing is lost of its answer.
// why: end() right after connect() half-closes a connection that is not there yet; the FIN waits for it and the answer is still read.
// rows: 5.end 8.2 8.8
const { log, net, watch } = require('../../tracing');

const server = net.createServer({ allowHalfOpen: true }, (c) => {
  watch(c, 'server side', 'data', 'end', 'finish', 'close');
  c.on('end', () => c.end('an answer all the same'));
  c.resume();
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  watch(client, 'client', 'connect', 'ready', 'finish', 'data', 'end', 'close');
  client.end();
  log('state', client.connecting, client.writable, client.writableEnded, client.readable);
  client.on('connect', () => log('in connect', client.readyState, client.writableFinished));
  client.on('close', () => server.close());
});
