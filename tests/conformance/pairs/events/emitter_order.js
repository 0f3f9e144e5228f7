// Listeners of a socket: in order, duplicates and all, once, prepended, removed while they run; emit's result.
// why: Handlers depend on registration order; emit() works on a copy, so removing one while it runs skips none.
// rows: 5.event.timeout 5.event.drain
const { log, net } = require('../../tracing');

const socket = new net.Socket();
const first = (...values) => log('first', values);
const second = () => log('second');
log('same', socket.on('timeout', first) === socket, socket.addListener('timeout', second) === socket);
socket.on('timeout', first);
log('once', socket.once('timeout', (...values) => log('once', values)) === socket);
log('prepend', socket.prependListener('timeout', () => log('prepended')) === socket);
log('prependOnce', socket.prependOnceListener('timeout', () => log('prepended once')) === socket);
log('count', socket.listenerCount('timeout'), socket.listenerCount('timeout', first), socket.listenerCount('nothing'));
log('emit', socket.emit('timeout', 1, 'two'));
log('emit again', socket.emit('timeout'));
log('removed', socket.removeListener('timeout', first) === socket, socket.off('timeout', () => 0) === socket);
log('emit', socket.emit('timeout'));
log('none', socket.emit('nothing'), socket.emit('nothing', 1, 2, 3, 4));
log('remove all', socket.removeAllListeners('timeout') === socket, socket.emit('timeout'));

const removing = () => {
  log('removing');
  socket.off('drain', removed);
  socket.on('drain', () => log('added while running'));
};
const removed = () => log('removed while running');
socket.on('drain', removing);
socket.on('drain', removed);
socket.emit('drain');
log('second time', socket.listenerCount('drain'));
socket.off('drain', removing);
socket.emit('drain');
