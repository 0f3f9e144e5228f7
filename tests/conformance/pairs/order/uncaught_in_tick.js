// An exception in a tick: the ticks behind it do not run.
// why: The ticks behind a failed one belong to the same unit of work and must not see its half-done state.
// rows: 8.9 8.8
const { log, net } = require('../../tracing');

const server = net.createServer(() => log('never'));
server.listen(0, '127.0.0.1', () => {
  log('listening');
  process.nextTick(() => log('first tick'));
  process.nextTick(() => {
    throw new Error('second tick');
  });
  process.nextTick(() => log('never'));
  setImmediate(() => log('never'));
});
