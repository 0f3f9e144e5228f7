// A stream that is destroyed while it is constructed: _destroy waits, close comes after both.
// why: Whatever _construct opens in the end must be closed by _destroy, and only then.
// rows: s.construct s.destroy
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

function made(label, error, failure) {
  const sink = new stream.Writable({
    construct(done) {
      log(`${label} construct`);
      setTimeout(() => {
        log(`${label} constructed`);
        done(failure);
      }, 5);
    },
    destroy(reason, done) {
      log(`${label} destroy`, reason);
      done(reason);
    },
    write(chunk, encoding, done) {
      done();
    },
  });
  watch(sink, label, 'error', 'close');
  sink.write('x', (reason) => log(`${label} written`, reason));
  sink.destroy(error);
  log(`${label} destroyed`, sink.destroyed, sink.closed);
}
made('plain');
setTimeout(() => made('error', new Error('mine')), 100);
setTimeout(() => made('failure', undefined, new Error('construct')), 200);
