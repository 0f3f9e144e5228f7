// The options of the factory go to the constructor and to connect(): marks, half-open, encoding of writes.
// why: One options object serves constructor and connect(); dropping one half silently loses marks or half-open behaviour.
// rows: 6.factory 5.option.highWaterMark 5.stream.writableHighWaterMark
const { log, net } = require('../../tracing');

const server = net.createServer((c) => c.pipe(c));
server.listen(0, '127.0.0.1', () => {
  const options = { port: server.address().port, host: '127.0.0.1', highWaterMark: 10, allowHalfOpen: true };
  const client = net.connect(options);
  log('marks', client.readableHighWaterMark, client.writableHighWaterMark, client.allowHalfOpen);
  log('default', new net.Socket().readableHighWaterMark, new net.Socket().writableHighWaterMark);
  log('only this', new net.Socket({ readableHighWaterMark: 5 }).readableHighWaterMark);
  log('write', client.write('123'), client.write('456'), client.write('7890'), client.writableLength);
  let text = '';
  client.setEncoding('latin1');
  client.on('drain', () => {
    log('drain', client.writableLength);
    client.end();
  });
  client.on('data', (part) => (text += part));
  client.on('end', () => log('end', text));
  client.on('close', () => server.close());
});
