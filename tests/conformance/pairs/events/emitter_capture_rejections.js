// An async listener that fails: with captureRejections its exception becomes an error event, without it ends all.
// why: An async listener's failure is otherwise unhandled and ends the program; with captureRejections it must become the error event.
// rows: 8.9 4.event.connection 4.event.error
// differs: A coroutine function as a listener is a task, which begins after the emit; Node runs it to its first await within.
const { EventEmitter } = require('node:events');
const { log, net } = require('../../tracing');

const emitter = new EventEmitter({ captureRejections: true });
emitter.on('work', async (value) => {
  log('working', value);
  throw Object.assign(new Error('async failure'), { code: 'MINE' });
});
emitter.on('work', (value) => log('another listener', value));
emitter.on('error', (error) => {
  log('captured', error);
  const server = net.createServer();
  server.on('listening', async () => {
    log('listening');
    throw new Error('nobody captures this');
  });
  server.listen('s.sock');
  log('second part');
});
log('emit', emitter.emit('work', 1));
