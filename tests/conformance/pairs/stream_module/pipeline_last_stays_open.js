// A duplex stream at the end is left open, and nobody listens to it any more.
// why: A pipeline into a socket ends its sending side; the answer is still to be read.
// rows: s.pipeline s.Duplex
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const last = new stream.Duplex({
  read() {},
  write(chunk, encoding, done) {
    log('took', chunk);
    done();
  },
});
watch(last, 'last', 'finish', 'end', 'error', 'close');
const before = last.listenerCount('error');
const source = stream.Readable.from(['x']);
stream.pipeline(source, last, (error) => {
  log('done', error, last.destroyed, last.readable, source.destroyed);
  log('listeners', last.listenerCount('error') - before);
  last.push('answer');
  last.push(null);
  watch(last, 'last', 'data');
});
