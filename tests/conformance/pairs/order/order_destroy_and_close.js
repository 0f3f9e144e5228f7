// After destroy(): the ticks that were queued before, error, the immediates, then close.
// why: The error comes in a tick, but close waits until libuv has closed the handle, behind the immediates: cleanup in close is the last.
// rows: 8.1 8.8 5.destroy 5.event.close
const { log, net } = require('../../tracing');

const server = net.createServer((c) => c.on('error', () => 0).resume());
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('connect', () => {
    process.nextTick(() => log('tick before'));
    setImmediate(() => {
      log('immediate', client.closed, client.destroyed);
      setImmediate(() => log('later immediate', client.closed));
    });
    client.on('error', (error) => {
      log('error', error);
      process.nextTick(() => log('tick of error', client.closed));
    });
    client.on('close', (hadError) => {
      log('close', hadError, client.closed);
      process.nextTick(() => log('tick of close'));
      setImmediate(() => server.close(() => log('server closed')));
    });
    log('destroy', client.destroy(new Error('enough')) === client);
    log('again', client.destroy(new Error('ignored')) === client);
    process.nextTick(() => log('tick after', client.destroyed, client.closed));
    log('write', client.write('x', (error) => log('written', error)));
    client.end('y', (error) => log('ended', error));
  });
});
