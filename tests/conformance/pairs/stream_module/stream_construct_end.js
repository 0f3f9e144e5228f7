// A duplex whose end waited for _construct: finish comes with prefinish, before the source is asked.
// why: The callback of end() must hear of success before a source that was asked meanwhile can fail.
// rows: s.construct
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

function made(label, read) {
  const both = new stream.Duplex({
    construct(done) {
      setImmediate(done);
    },
    write(chunk, encoding, done) {
      log(`${label} write`, chunk);
      done();
    },
    ...(read ? { read: () => log(`${label} read`) } : {}),
  });
  watch(both, label, 'finish', 'error', 'close');
  both.on('prefinish', () => {
    log(`${label} prefinish`);
    process.nextTick(() => log(`${label} a tick later`));
  });
  both.end('x', (error) => log(`${label} ended`, error));
  both.resume();
}
made('with a source', true);
setTimeout(() => made('without', false), 30);
