// With decodeStrings: false strings are written as they are, with their encoding.
// why: A sink that wants text must get what was written, and count it by its length.
// rows: s.Writable
'use strict';
const stream = require('node:stream');
const { attempt, log, watch } = require('../../tracing');

const sink = new stream.Writable({
  decodeStrings: false,
  defaultEncoding: 'latin1',
  highWaterMark: 4,
  write(chunk, encoding, done) {
    log('took', chunk, encoding);
    setImmediate(done);
  },
});
watch(sink, 'sink', 'drain', 'finish');
for (const values of [['éé'], ['ab', 'hex'], ['x', 'UTF8'], [Buffer.from('bytes'), 'hex']]) {
  log('write', sink.write(...values), sink.writableLength);
}
attempt('unknown', () => sink.write('x', 'nonsense'));
sink.end();
