// What was collected by cork() goes to writev in one call, with the encodings.
// why: One packet for a header and its body is what cork is for.
// rows: s.Writable 5.stream.cork
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const sink = new stream.Writable({
  objectMode: true,
  writev(chunks, done) {
    log('took', chunks.map((each) => [each.chunk, each.encoding]));
    done();
  },
});
watch(sink, 'sink', 'drain', 'finish');
sink.write('alone', 'hex', (...values) => log('alone written', ...values));
sink.cork();
sink.write(1, (...values) => log('one written', ...values));
sink.write({ two: 2 }, 'utf8', (...values) => log('two written', ...values));
log('corked', sink.writableLength, sink.writableCorked);
process.nextTick(() => {
  sink.uncork();
  log('uncorked', sink.writableLength);
  sink.cork();
  sink.write('three');
  sink.end('four', () => log('ended'));
});
