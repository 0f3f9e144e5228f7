// A transform that ends its reading side before its input has ended.
// why: A parser that has found its end pushes null, and must not fail over what still comes.
// rows: s.Transform
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const transform = new stream.Transform({
  transform(chunk, encoding, done) {
    log('transform', chunk);
    if (String(chunk) === 'b') this.push(null);
    else this.push(chunk);
    done();
  },
});
watch(transform, 'transform', 'data', 'end', 'finish', 'error', 'close');
for (const text of ['a', 'b']) transform.write(text, (error) => log('written', text, error));
setTimeout(() => {
  log('still', transform.readableEnded, transform.writable, transform.destroyed);
  transform.write('c', (error) => log('written', 'c', error));
}, 50);
