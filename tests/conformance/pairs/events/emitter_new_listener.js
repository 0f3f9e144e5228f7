// newListener comes before the listener is there, removeListener after it is gone; removing all tells of each.
// why: newListener is emitted before the listener is there, so a library can put its own in front of it.
// rows: 5.event.connect 5.event.close
const { log, net } = require('../../tracing');

const socket = new net.Socket();
const one = () => log('one');
const two = () => log('two');
socket.on('newListener', (name, listener) => {
  log('new', name, listener === one, listener === two, socket.listenerCount(name));
  if (name === 'connect' && socket.listenerCount('connect') === 0) socket.prependListener('timeout', two);
});
socket.on('removeListener', (name, listener) => {
  log('removed', name, listener === one, listener === two, socket.listenerCount(name));
});
socket.on('connect', one);
socket.once('connect', two);
socket.emit('connect');
socket.emit('connect');
socket.off('connect', one);
socket.off('connect', one);
socket.on('ready', one);
socket.on('ready', two);
socket.on('ready', one);
socket.removeAllListeners('ready');
socket.removeAllListeners('newListener');
socket.on('lookup', one);
socket.removeAllListeners();
log('names', socket.eventNames());
