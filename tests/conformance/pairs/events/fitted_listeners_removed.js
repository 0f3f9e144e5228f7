// Listeners of any length are found again: removed, counted and listed as they were given.
// why: A library that removes its listener would leave it, if what is registered were a wrapper of it.
// rows: 4.event.connection 5.event.data
const { log, net } = require('../../tracing');
const socket = new net.Socket();
const none = () => log('none');
const three = (one, two, three) => log('three', one, two, three);
socket.on('removeListener', (name, listener) => log('removed', name, listener === none, listener === three));
socket.on('newListener', (name, listener) => log('new', name, listener === none, listener === three));
socket.on('timeout', none);
socket.once('timeout', three);
socket.prependListener('timeout', three);
socket.prependOnceListener('timeout', none);
socket.emit('timeout');
log('listeners', socket.listeners('timeout').map((each) => [each === none, each === three]));
log('raw', socket.rawListeners('timeout').map((each) => [each === none, each === three]));
log('count', socket.listenerCount('timeout', none), socket.listenerCount('timeout', three));
socket.once('timeout', none);
log('raw of once', socket.rawListeners('timeout').map((each) => [each === none, each.listener === none]));
socket.off('timeout', none);
socket.off('timeout', three);
log('count', socket.listenerCount('timeout'));
socket.emit('timeout');
socket.off('timeout', none);
log('count', socket.listenerCount('timeout'));
socket.setTimeout(1000, none);
socket.setTimeout(0, none);
log('count', socket.listenerCount('timeout'));
