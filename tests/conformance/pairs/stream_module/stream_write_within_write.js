// A sink that writes to itself while it takes a chunk, and answers at once: nothing is called back before write() has returned.
// why: A sink that keeps state around write() breaks if its callbacks run inside of the call.
// rows: s.Writable 8.6
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

let first = true;
const sink = new stream.Writable({
  highWaterMark: 3,
  write(chunk, encoding, done) {
    log('took', chunk);
    if (first) {
      first = false;
      log('inner', sink.write('two', () => log('two written')), sink.writableLength);
    }
    done();
  },
  final(done) {
    log('final');
    done();
  },
});
watch(sink, 'sink', 'drain', 'prefinish', 'finish', 'close');
log('returned', sink.write('one', () => log('one written')), sink.writableLength);
sink.end(() => log('ended'));
log('end returned');
