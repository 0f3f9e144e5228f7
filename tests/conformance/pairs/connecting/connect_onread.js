// onread as an option of connect(): the data never becomes an event, the buffer is ours, false pauses.
// why: onread reuses one buffer to avoid allocations; a data event beside it, or a copy, would defeat it.
// rows: 5.option.onread 6.factory 8.4
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end('0123456789abcdefghij'));
server.listen(0, '127.0.0.1', () => {
  const buffer = Buffer.alloc(8);
  let calls = 0;
  const client = net.connect({
    port: server.address().port,
    host: '127.0.0.1',
    onread: {
      buffer,
      callback(count, given) {
        calls += 1;
        log('onread', count, given.subarray(0, count), given === buffer, client.bytesRead);
        if (calls === 2) {
          setImmediate(() => log('resumed', client.resume() === client));
          return false;
        }
        return true;
      },
    },
  });
  watch(client, 'client', 'connect', 'data', 'end', 'close');
  client.on('close', () => {
    log('calls', calls, client.bytesRead);
    server.close();
  });
});
