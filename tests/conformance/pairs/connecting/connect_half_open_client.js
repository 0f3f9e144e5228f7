// allowHalfOpen of the client: with it the client goes on writing after the server's end, without it not.
// why: Protocols that send after the server's FIN need allowHalfOpen; without it our FIN has to follow by itself, or sockets pile up.
// rows: 5.option.allowHalfOpen 8.2 6.factory
const { log, net, watch } = require('../../tracing');

const server = net.createServer({ allowHalfOpen: true }, (c) => {
  c.end('that is all');
  watch(c, 'server side', 'data', 'end', 'close');
});
server.listen(0, '127.0.0.1', () => {
  function one(allowHalfOpen, then) {
    const client = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen });
    log('allowHalfOpen', client.allowHalfOpen);
    watch(client, 'client', 'data', 'end', 'finish', 'close');
    client.on('end', () => {
      log('in end', client.writable, client.writableEnded, client.readyState);
      setImmediate(() => {
        log('later', client.writable, client.writableEnded, client.readyState, client.destroyed);
        if (allowHalfOpen) client.end('one more thing');
      });
    });
    client.on('close', () => setImmediate(then));
  }
  one(true, () => one(false, () => server.close()));
});
