// A stream over a generator that is destroyed early, with and without an error, and one that raises.
// why: What a generator holds open is released in its finally; a stream that is left must get it there.
// rows: s.Readable.from s.destroy
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const { Readable } = stream;
function* numbers(label) {
  try {
    for (let i = 0; ; i++) yield i;
  } catch (error) {
    log(`${label} caught`, error);
    throw error;
  } finally {
    log(`${label} closed`);
  }
}
function* failing() {
  yield 1;
  throw new Error('from inside');
}
function destroyedAt(label, count, error) {
  const source = Readable.from(numbers(label));
  source.on('data', (value) => {
    log(label, value);
    if (value === count) source.destroy(error);
  });
  watch(source, label, 'end', 'error', 'close');
}
destroyedAt('plain', 2);
setTimeout(() => destroyedAt('error', 1, new Error('mine')), 100);
setTimeout(() => {
  const source = Readable.from(failing());
  watch(source, 'failing', 'data', 'end', 'error', 'close');
}, 200);
setTimeout(() => {
  const source = Readable.from(numbers('unread'));
  watch(source, 'unread', 'close');
  source.destroy();
}, 300);
