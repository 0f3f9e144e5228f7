// How often the source of objects is asked, with a mark of two.
// why: A source that is asked too often reads ahead of its consumer without a bound.
// rows: s.objectMode s.Readable
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

let next = 0;
const source = new stream.Readable({
  objectMode: true,
  highWaterMark: 2,
  read(size) {
    log('read', size, next);
    next += 1;
    this.push(next <= 5 ? { next } : null);
  },
});
source.on('readable', () => {
  log('readable', source.readableLength);
  for (let value = source.read(); value !== null; value = source.read()) log('got', value, source.readableLength);
});
watch(source, 'source', 'end', 'close');
