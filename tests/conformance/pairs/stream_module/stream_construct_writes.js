// What is written before _construct has called back waits for it, and so does the end.
// why: A sink that opens a file first must not get its first chunk before that is open.
// rows: s.construct s.Writable
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const sink = new stream.Writable({
  construct(done) {
    log('construct');
    setTimeout(() => {
      done();
      log('called back', sink.writableLength);
    }, 5);
  },
  write(chunk, encoding, done) {
    log('took', chunk);
    done();
  },
  writev(chunks, done) {
    log('took many', chunks.map((each) => each.chunk));
    done();
  },
});
watch(sink, 'sink', 'drain', 'finish', 'close');
log('write', sink.write('a', (...values) => log('a written', ...values)), sink.writableLength);
log('write', sink.write('b', (...values) => log('b written', ...values)), sink.writableLength);
sink.end('c');
log('after end', sink.writableEnded, sink.writableFinished);
