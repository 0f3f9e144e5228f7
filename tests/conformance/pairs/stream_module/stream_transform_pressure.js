// A transform that nobody reads stops taking chunks, and goes on when it is read.
// why: Without it a slow reader behind a transform lets it take all of its input into memory.
// rows: s.Transform s.objectMode
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const transform = new stream.Transform({
  readableHighWaterMark: 2,
  writableHighWaterMark: 2,
  transform(chunk, encoding, done) {
    log('transform', chunk);
    done(null, chunk);
  },
});
watch(transform, 'transform', 'drain', 'finish', 'end', 'close');
for (const text of ['a', 'b', 'c', 'd']) {
  log('write', transform.write(text, () => log('written', text)), transform.readableLength, transform.writableLength);
}
setTimeout(() => {
  log('later', transform.readableLength, transform.writableLength);
  log('read', transform.read(1));
}, 50);
setTimeout(() => {
  log('later', transform.readableLength, transform.writableLength);
  transform.end();
  watch(transform, 'transform', 'data');
}, 100);
