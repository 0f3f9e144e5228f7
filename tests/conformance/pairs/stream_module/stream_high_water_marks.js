// The marks of both sides, by the options, and the defaults that a program sets.
// why: A mark in the wrong unit lets a stream of objects hold 65536 of them.
// rows: s.objectMode s.getDefaultHighWaterMark s.setDefaultHighWaterMark s.Duplex
'use strict';
const stream = require('node:stream');
const { attempt, log } = require('../../tracing');

const { Duplex, Transform } = stream;
function marks(label, make) {
  attempt(label, () => {
    const made = make();
    return [made.readableHighWaterMark, made.writableHighWaterMark, made.readableObjectMode, made.writableObjectMode];
  });
}
const all = [
  {},
  { objectMode: true },
  { readableObjectMode: true, writableHighWaterMark: 3 },
  { writableObjectMode: true, highWaterMark: 7 },
  { objectMode: true, readableHighWaterMark: 0 },
  { highWaterMark: 5, readableHighWaterMark: 9 },
  { readableHighWaterMark: -1 },
  { writableHighWaterMark: 1.5 },
  { highWaterMark: 'x' },
];
for (const [index, options] of all.entries()) {
  marks(`duplex ${index}`, () => new Duplex(options));
  marks(`transform ${index}`, () => new Transform(options));
}
log('defaults', stream.getDefaultHighWaterMark(false), stream.getDefaultHighWaterMark(true));
attempt('negative', () => stream.setDefaultHighWaterMark(true, -1));
attempt('fraction', () => stream.setDefaultHighWaterMark(true, 1.5));
attempt('string', () => stream.setDefaultHighWaterMark(true, '1'));
stream.setDefaultHighWaterMark(true, 4);
stream.setDefaultHighWaterMark(false, 0);
marks('after', () => new Duplex({ readableObjectMode: true }));
marks('transform after', () => new Transform({ writableObjectMode: true }));
