// A stream over an async generator that waits between its items, and one that fails.
// why: Async generators are the usual source of a pipeline; their failure must be the error of the stream.
// rows: s.Readable.from
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const { Readable } = stream;
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
async function* slow(label, failure) {
  try {
    for (const value of ['a', 'b', 'c']) {
      await sleep(3);
      yield value;
    }
    if (failure) throw failure;
  } finally {
    log(`${label} closed`);
  }
}
const fine = Readable.from(slow('fine'));
watch(fine, 'fine', 'data', 'end', 'error', 'close');
fine.on('close', () => {
  const fails = Readable.from(slow('fails', new Error('too late')));
  watch(fails, 'fails', 'data', 'end', 'error', 'close');
  fails.on('close', leave);
});
function leave() {
  const source = Readable.from(slow('left'));
  watch(source, 'left', 'end', 'error', 'close');
  source.once('data', (value) => {
    log('left', value);
    source.pause();
    setTimeout(() => source.destroy(), 20);
  });
}
