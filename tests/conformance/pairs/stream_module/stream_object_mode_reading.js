// In object mode every value but null is a chunk, each counts one, and read(n) takes one.
// why: Empty strings, 0 and false are chunks there; a program that ports a parser must not lose them.
// rows: s.Readable s.objectMode
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const source = new stream.Readable({ objectMode: true, read() {} });
log('marks', source.readableHighWaterMark, source.readableObjectMode);
for (const value of [{ a: 1 }, '', 0, false, 'text', [1, 2]]) log('push', source.push(value), source.readableLength);
log('unshift', source.unshift('first'), source.readableLength);
log('read(0)', source.read(0));
log('read(5)', source.read(5), source.readableLength);
log('read()', source.read(), source.read(), source.read());
watch(source, 'source', 'data', 'end', 'close');
source.push(null);
