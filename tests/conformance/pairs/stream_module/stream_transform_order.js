// The events of a transform from its first chunk to its close.
// why: finish comes when all is written, end when all is read: who mixes them up closes a connection too early.
// rows: s.Transform
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const transform = new stream.Transform({
  transform(chunk, encoding, done) {
    log('transform', chunk, encoding);
    this.push(chunk);
    done(null, String(chunk).toUpperCase());
  },
  flush(done) {
    log('flush');
    done(null, 'rest');
  },
});
watch(transform, 'transform', 'data', 'prefinish', 'finish', 'end', 'close');
log('write', transform.write('a', (...values) => log('a written', ...values)));
transform.end('b', (...values) => log('ended', ...values));
log('after end');
