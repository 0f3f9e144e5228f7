// Objects are written as they are, with the encoding that was given; each counts one.
// why: A sink of objects tells by the count when its producer has to wait.
// rows: s.Writable s.objectMode
'use strict';
const stream = require('node:stream');
const { attempt, log, watch } = require('../../tracing');

const pending = [];
const sink = new stream.Writable({
  objectMode: true,
  highWaterMark: 2,
  write(chunk, encoding, done) {
    log('took', chunk, encoding);
    pending.push(done);
  },
});
watch(sink, 'sink', 'drain', 'finish');
for (const [value, ...more] of [[{ a: 1 }], [''], [0, 'nonsense'], ['text', 'hex'], [false]]) {
  log('write', sink.write(value, ...more), sink.writableLength);
}
attempt('null', () => sink.write(null));
log('mark', sink.writableHighWaterMark, sink.writableObjectMode);
sink.end('last');
function next() {
  const done = pending.shift();
  if (done === undefined) return;
  done();
  log('left', sink.writableLength);
  setImmediate(next);
}
setImmediate(next);
