// An exception in the callback of a write ends the program.
// why: A write's callback runs in the runtime's own code; an exception there must not be swallowed by the stream.
// rows: 8.9 5.write
const { log, net } = require('../../tracing');

const server = net.createServer((c) => c.resume());
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => {
    log('write', client.write('x', () => {
      log('written');
      throw new RangeError('not what I wanted');
    }));
    client.write('y', () => log('never'));
  });
  client.on('error', () => log('never'));
});
