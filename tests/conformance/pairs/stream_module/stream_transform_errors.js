// A transform that fails, one whose flush fails, one that calls back twice, and one without a function.
// why: A parser reports bad input by its callback; the error must come once, and end the stream.
// rows: s.Transform
'use strict';
const stream = require('node:stream');
const { attempt, log, watch } = require('../../tracing');

const { Transform } = stream;
function made(label, functions) {
  const transform = new Transform(functions);
  watch(transform, label, 'data', 'end', 'error', 'close');
  transform.write('x', (error) => log(`${label} written`, error));
  transform.end((error) => log(`${label} ended`, error));
}
made('fails', { transform: (chunk, encoding, done) => done(new Error('bad')) });
setTimeout(() => made('flush', { transform: (chunk, encoding, done) => done(), flush: (done) => done(new Error('rest')) }), 5);
setTimeout(
  () =>
    made('twice', {
      transform(chunk, encoding, done) {
        done();
        done();
      },
    }),
  10,
);
setTimeout(() => {
  const bare = new Transform();
  attempt('bare', () => bare.write('x'));
}, 15);
