// What is written while connecting is queued, counted, called back in order, and sent once connected.
// why: Clients write without waiting for connect; the queue counts as backpressure and is sent in order.
// rows: 5.write 5.bytesWritten 5.bufferSize 5.event.drain 8.5 8.8
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  let count = 0;
  c.on('data', (data) => (count += data.length));
  c.on('end', () => log('server received', count));
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  watch(client, 'client', 'connect', 'ready', 'drain', 'finish', 'end', 'close');
  log('small', client.write('abc', (...values) => log('first written', values)));
  log('counted', client.bytesWritten, client.writableLength, client.writableNeedDrain);
  log('encoded', client.write('646566', 'hex', (...values) => log('second written', values)));
  log('counted', client.bytesWritten, client.writableLength);
  log('large', client.write(Buffer.alloc(100000), (...values) => log('third written', values)));
  log('counted', client.bytesWritten, client.writableLength, client.writableNeedDrain);
  log('connecting', client.connecting);
  client.on('connect', () => log('in connect', client.bytesWritten, client.writableLength));
  client.on('drain', () => {
    log('in drain', client.writableLength, client.bytesWritten);
    client.end();
  });
  client.resume();
  client.on('close', () => server.close());
});
