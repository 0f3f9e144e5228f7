// Streams of a list, a generator, a text and bytes.
// why: Readable.from is how a program feeds a stream in one line; text comes as a whole, not by its characters.
// rows: s.Readable.from
'use strict';
const stream = require('node:stream');
const { attempt, log, watch } = require('../../tracing');

const { Readable } = stream;
function* numbers() {
  try {
    for (let i = 0; i < 3; i++) {
      log('generating', i);
      yield i;
    }
  } finally {
    log('generator closed');
  }
}
function shown(label, source) {
  log(`${label} marks`, source.readableHighWaterMark, source.readableObjectMode);
  watch(source, label, 'data', 'end', 'error', 'close');
}
shown('list', Readable.from(['a', 0, '', false, { b: 1 }]));
setTimeout(() => shown('generator', Readable.from(numbers())), 5);
setTimeout(() => shown('text', Readable.from('whole text')), 10);
setTimeout(() => shown('bytes', Readable.from(Buffer.from('bytes'))), 15);
setTimeout(() => shown('options', Readable.from(['ab', 'cd'], { objectMode: false, encoding: 'utf8' })), 20);
setTimeout(() => shown('null', Readable.from([1, null, 2])), 25);
attempt('number', () => Readable.from(5));
class Nothing {}
attempt('object', () => Readable.from(new Nothing()));
