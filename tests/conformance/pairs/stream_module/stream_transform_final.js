// A transform with a final of its own: that first, then the flush, on prefinish.
// why: Both functions may write what is left; their order decides about the last bytes.
// rows: s.Transform s.Writable
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

class Counting extends stream.Transform {
  _transform(chunk, encoding, done) {
    this.push(chunk);
    done();
  }
  _final(done) {
    log('final');
    this.push('final');
    setTimeout(done, 5);
  }
  _flush(done) {
    log('flush');
    done(null, 'flush');
  }
}
const counting = new Counting();
watch(counting, 'counting', 'data', 'prefinish', 'finish', 'end', 'close');
counting.end('x');
