// getEventListeners, listenerCount, getMaxListeners, setMaxListeners: of emitters and of abort signals.
// why: Libraries look at an emitter through these, not through its methods.
// rows: 9.events.getEventListeners 9.events.listenerCount 9.events.getMaxListeners 9.events.setMaxListeners
const events = require('node:events');
const { attempt } = require('../../tracing');
const { EventEmitter } = events;
const emitter = new EventEmitter();
const listener = () => {};
emitter.on('x', listener);
emitter.once('x', listener);
const { signal } = new AbortController();
signal.addEventListener('abort', () => {});
signal.addEventListener('abort', () => {}, { once: true });
signal.onabort = listener;
attempt('of an emitter', () => events.getEventListeners(emitter, 'x').map((each) => each === listener));
attempt('of none', () => events.getEventListeners(emitter, 'y'));
attempt('of a signal', () => events.getEventListeners(signal, 'abort').length);
attempt('of a signal', () => events.getEventListeners(signal, 'other'));
attempt('count', () => [events.listenerCount(emitter, 'x'), events.listenerCount(signal, 'abort')]);
attempt('most', () => [events.getMaxListeners(emitter), events.getMaxListeners(signal)]);
attempt('set', () => events.setMaxListeners(5, emitter, signal));
attempt('most', () => [events.getMaxListeners(emitter), events.getMaxListeners(signal), emitter.getMaxListeners()]);
for (const bad of [5, {}, 'x']) {
  attempt('listeners', () => events.getEventListeners(bad, 'x'));
  attempt('count', () => events.listenerCount(bad, 'x'));
  attempt('most', () => events.getMaxListeners(bad));
  attempt('set', () => events.setMaxListeners(5, bad));
}
for (const bad of [-1, 'x', NaN]) attempt('set', () => events.setMaxListeners(bad));
attempt('default', () => events.setMaxListeners(7));
attempt('default', () => [EventEmitter.defaultMaxListeners, events.getMaxListeners(new EventEmitter())]);
attempt('default', () => events.getMaxListeners(new AbortController().signal));
attempt('symbols', () => [events.errorMonitor === EventEmitter.errorMonitor, emitter.listenerCount('x')]);
