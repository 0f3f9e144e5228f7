// removeAllListeners() of emitters that have listeners to symbols, told to a removeListener listener or not.
// why: A monitor of errors is a listener too: it must go with the others, and be told of, or it holds what it refers to.
// rows: 5.event.error 4.event.error
const { EventEmitter, errorMonitor } = require('node:events');
const { log, net } = require('../../tracing');

function filled(emitter, told) {
  emitter.on('b', function first() {});
  emitter.on(errorMonitor, function monitor() {});
  emitter.on('a', function second() {});
  if (told) emitter.on('removeListener', (name, listener) => log('removed', String(name), listener.name));
  emitter.on(errorMonitor, function another() {});
  return emitter;
}
function names(emitter) {
  return emitter.eventNames().map(String);
}
for (const told of [false, true]) {
  for (const name of [undefined, errorMonitor, 'b', 'removeListener']) {
    const emitter = filled(new EventEmitter(), told);
    log('all', told, name === undefined ? 'every' : String(name));
    if (name === undefined) emitter.removeAllListeners();
    else emitter.removeAllListeners(name);
    log('left', names(emitter), emitter.listenerCount(errorMonitor));
  }
}
const socket = filled(new net.Socket(), false);
socket.removeAllListeners(errorMonitor);
log('socket', names(socket));
socket.removeAllListeners();
log('socket', names(socket));
