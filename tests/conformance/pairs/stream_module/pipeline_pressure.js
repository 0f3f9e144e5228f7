// A pipeline from an iterable waits for drain, and asks for no item before.
// why: A large result is written to a slow peer in constant memory only if its generator waits.
// rows: s.pipeline
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

function* numbers() {
  for (let i = 0; i < 5; i++) {
    log('asked', i);
    yield i;
  }
}
const sink = new stream.Writable({
  objectMode: true,
  highWaterMark: 2,
  write(chunk, encoding, done) {
    log('took', chunk, sink.writableLength);
    setTimeout(done, 50);
  },
});
watch(sink, 'sink', 'drain', 'finish');
stream.pipeline(numbers(), sink, (error) => log('done', error, sink.listenerCount('drain')));
