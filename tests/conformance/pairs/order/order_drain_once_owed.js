// A drain that is owed fires once, also when what was queued is flushed at once; none is owed without a false.
// why: A producer that saw false stops until drain; if it never comes the stream stands still for ever.
// rows: 8.6 5.event.drain 5.write 5.stream.writableNeedDrain 5.stream.cork
const { log, net } = require('../../tracing');

const server = net.createServer((c) => c.resume());
server.listen(0, '127.0.0.1', () => {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', highWaterMark: 16 });
  let drains = 0;
  client.on('drain', () => {
    drains += 1;
    log('drain', drains, client.writableLength, client.writableNeedDrain);
    if (drains === 1) {
      log('above, sent at once', client.write('0123456789abcdefg'), client.writableNeedDrain);
      setImmediate(() => {
        client.cork();
        log('corked, above', client.write('0123456789abcdefg'), client.writableNeedDrain);
        log('more', client.write('x'), client.writableLength);
        client.uncork();
        log('uncorked', client.writableLength, client.writableNeedDrain);
      });
    } else {
      client.cork();
      log('corked, below', client.write('12345'), client.writableNeedDrain);
      client.uncork();
      client.end();
    }
  });
  log('below', client.write('12345678'), client.writableNeedDrain);
  log('at the mark', client.write('12345678'), client.writableNeedDrain);
  log('above', client.write('x'), client.writableNeedDrain);
  client.on('finish', () => log('finish', drains));
  client.resume();
  client.on('close', () => server.close());
});
