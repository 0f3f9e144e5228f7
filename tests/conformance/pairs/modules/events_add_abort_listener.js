// addAbortListener: once, removable by what it returns, and called later where the signal was aborted before.
// why: Without removal every call that takes a signal leaves a listener on it.
// rows: 9.events.addAbortListener
const events = require('node:events');
const { attempt, log } = require('../../tracing');
const controller = new AbortController();
const { signal } = controller;
const listener = (event) => log('same', event.type);
const kept = events.addAbortListener(signal, (event, more) => log('aborted', event.type, more));
const disposed = events.addAbortListener(signal, () => log('never'));
disposed[Symbol.dispose]();
disposed[Symbol.dispose]();
const first = events.addAbortListener(signal, listener);
events.addAbortListener(signal, listener);
first[Symbol.dispose]();
log('count', events.listenerCount(signal, 'abort'));
log('listeners', events.getEventListeners(signal, 'abort').length);
for (const bad of [undefined, {}, 5]) attempt('signal', () => events.addAbortListener(bad, listener));
for (const bad of [undefined, 5]) attempt('listener', () => events.addAbortListener(signal, bad));
controller.abort();
kept[Symbol.dispose]();
log('count', events.listenerCount(signal, 'abort'));
const late = events.addAbortListener(signal, () => log('late'));
log('returned');
process.nextTick(() => log('tick'));
late[Symbol.dispose]();
