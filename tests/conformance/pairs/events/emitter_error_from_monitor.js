// A monitor that emits error itself uses up a once-listener; the event under way does not throw then.
// why: An error that has reached a listener must not end the program as one that nobody heard of.
// rows: 8.9 5.event.error
'use strict';
const { EventEmitter, errorMonitor } = require('node:events');
const { attempt, log } = require('../../tracing');

function tried(label, more) {
  const emitter = new EventEmitter();
  emitter.once('error', (error) => log(`${label} listener`, error));
  emitter.once(errorMonitor, (error) => {
    log(`${label} monitor`, error);
    attempt(`${label} within`, () => emitter.emit('error', new Error('second')));
  });
  if (more) emitter.on('other', () => {});
  attempt(label, () => emitter.emit('error', new Error('first')));
  log(`${label} left`, emitter.eventNames());
}
tried('alone', false);
tried('with another event', true);
