// Ticks queued by an I/O callback, and the ticks they queue, run before the next I/O callback and before immediates.
// why: nextTick is how programs finish a unit of work before new input is seen, however deep the ticks nest.
// rows: 8.8
const { log, net } = require('../../tracing');

const server = net.createServer((c) => {
  c.write('first');
  c.once('data', () => c.end('second'));
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('data', (data) => {
    log('data', data);
    setImmediate(() => log('immediate of', data));
    process.nextTick(() => {
      log('tick of', data);
      process.nextTick(() => log('tick of the tick of', data));
    });
    process.nextTick((...values) => log('tick with', values), 1, 'two', null);
    if (data.length === 5) client.write('go on');
    log('data done', data);
  });
  client.on('end', () => {
    log('end');
    process.nextTick(() => log('tick of end'));
    setImmediate(() => log('immediate of end'));
  });
  client.on('close', () => {
    log('close');
    server.close();
  });
});
