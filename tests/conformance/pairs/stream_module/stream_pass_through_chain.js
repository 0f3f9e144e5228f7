// Chunks through three piped streams, of bytes, of objects, and of bytes again.
// why: A chain of pipes carries what its parts make of it, and ends from one end to the other.
// rows: s.PassThrough s.Transform s.objectMode
'use strict';
const stream = require('node:stream');
const { watch } = require('../../tracing');

const { PassThrough, Transform } = stream;
const split = new Transform({
  readableObjectMode: true,
  transform(chunk, encoding, done) {
    for (const word of String(chunk).split(' ')) this.push({ word });
    done();
  },
});
const join = new Transform({
  writableObjectMode: true,
  transform(chunk, encoding, done) {
    done(null, chunk.word + '|');
  },
});
const last = new PassThrough();
watch(split, 'split', 'pipe', 'end', 'close');
watch(join, 'join', 'finish', 'close');
watch(last, 'last', 'data', 'finish', 'end', 'close');
split.pipe(join).pipe(last);
split.write('one two');
split.end('three');
