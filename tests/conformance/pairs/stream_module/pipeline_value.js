// A coroutine function at the end: its value is the second argument, or what the promise holds.
// why: Collecting a body is a pipeline with a function at its end.
// rows: s.pipeline s.promises
'use strict';
const stream = require('node:stream');
const { log } = require('../../tracing');

const { Readable, pipeline, promises } = stream;
async function collect(chunks) {
  const found = [];
  for await (const chunk of chunks) found.push(chunk);
  return found;
}
async function main() {
  await new Promise((resolve) => {
    const last = pipeline(Readable.from(['a', 'b']), collect, (error, value) => {
      log('called back', error, value);
      resolve();
    });
    log('last', last.readable, last.writable);
  });
  log('awaited', await promises.pipeline(Readable.from([1, 2]), collect));
  log('nothing', await promises.pipeline(Readable.from(['x']), new stream.PassThrough().resume()));
  try {
    await promises.pipeline(Readable.from([1]), async () => {
      throw new Error('consumer');
    });
  } catch (error) {
    log('caught', error);
  }
}
main();
