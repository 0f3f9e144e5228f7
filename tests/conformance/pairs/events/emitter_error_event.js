// emit('error') without a listener throws that very error, or says what was emitted; the monitor sees it first.
// why: An error event without a listener is thrown by emit() itself, so the caller of emit() can catch that very object.
// rows: 8.9 5.event.error
const { errorMonitor } = require('node:events');
const { attempt, log, net } = require('../../tracing');

const server = net.createServer();
const failure = Object.assign(new Error('broken'), { code: 'MINE' });
try {
  server.emit('error', failure);
} catch (error) {
  log('the very error', error === failure, error);
}
attempt('a string', () => server.emit('error', 'broken'));
attempt('a number', () => server.emit('error', 42));
attempt('nothing', () => server.emit('error'));
server.on(errorMonitor, (error) => log('monitor', error));
attempt('with a monitor only', () => server.emit('error', failure));
server.on('error', (error) => log('listener', error));
attempt('with both', () => server.emit('error', failure));
log('count', server.listenerCount('error'), server.listenerCount(errorMonitor));
server.once('error', () => {
  throw new Error('from the listener');
});
attempt('a listener that throws', () => server.emit('error', failure));
attempt('afterwards', () => server.emit('error', failure));
