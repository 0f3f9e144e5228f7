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
watch(Readable.from(slow('fine')), 'fine', 'data', 'end', 'error', 'close');
setTimeout(() => watch(Readable.from(slow('fails', new Error('too late'))), 'fails', 'data', 'end', 'error', 'close'), 200);
setTimeout(() => {
  const source = Readable.from(slow('left'));
  watch(source, 'left', 'end', 'error', 'close');
  source.once('data', (value) => {
    log('left', value);
    source.pause();
    setTimeout(() => source.destroy(), 20);
  });
}, 400);
