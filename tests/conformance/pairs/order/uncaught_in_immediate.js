// An exception in an immediate: the immediates behind it do not run.
// why: After an exception no further callback may run, or work goes on in a program that is ending.
// rows: 8.9 8.8
const { log, net } = require('../../tracing');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  setImmediate(() => {
    log('first');
    process.nextTick(() => log('tick of the first'));
  });
  setImmediate(() => {
    log('second');
    throw new Error('the second failed');
  });
  setImmediate(() => log('never'));
});
