// Async generators as source and as transform, with a stream at the end.
// why: The form in which new programs write their transforms.
// rows: s.pipeline
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
async function* source() {
  for (const word of ['one', 'two']) {
    await sleep(2);
    yield word;
  }
}
async function* twice(words, { signal }) {
  log('aborted', signal.aborted);
  for await (const word of words) {
    log('word', word);
    yield word;
    yield word.toUpperCase();
  }
}
const taken = [];
const sink = new stream.Writable({
  write(chunk, encoding, done) {
    taken.push(String(chunk));
    done();
  },
});
watch(sink, 'sink', 'finish', 'close');
stream.pipeline(source, twice, sink, (error) => log('done', error, taken));
setTimeout(() => {
  stream.pipeline(['x', 'y'], twice, new stream.PassThrough({ objectMode: true }).resume(), (error) => log('list done', error));
}, 200);
