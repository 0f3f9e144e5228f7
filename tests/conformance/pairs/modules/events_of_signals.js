// once and on of an abort signal: it is an emitter of abort like any other.
// why: A task that waits for a signal to be aborted needs no function of its own.
// rows: 9.events.once 9.events.on
const events = require('node:events');
const { log } = require('../../tracing');
const first = new AbortController();
const second = new AbortController();
const attempted = async (label, f) => { try { log(label, await f()); } catch (error) { log(label + ' threw', error); } };
const main = async () => {
  setTimeout(() => first.abort(), 10);
  await attempted('once', async () => { const [event] = await events.once(first.signal, 'abort'); return event.type; });
  log('count', events.listenerCount(first.signal, 'abort'));
  setTimeout(() => second.abort(), 10);
  await attempted('on', async () => {
    for await (const [event] of events.on(second.signal, 'abort')) return event.type;
  });
  log('count', events.listenerCount(second.signal, 'abort'));
  await attempted('wrong', () => events.once({}, 'abort'));
};
main();
