// A _construct that fails, that raises, and that calls back twice.
// why: The error of what was to be opened must reach the error listener and every write that waits.
// rows: s.construct
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const { Duplex } = stream;
function made(label, construct) {
  const duplex = new Duplex({
    construct,
    read() {},
    write(chunk, encoding, done) {
      log(`${label} took`, chunk);
      done();
    },
    destroy(error, done) {
      log(`${label} destroy`, error);
      done(error);
    },
  });
  watch(duplex, label, 'error', 'close');
  duplex.write('x', (error) => log(`${label} written`, error));
  return duplex;
}
made('fails', (done) => setTimeout(() => done(new Error('no file')), 5));
setTimeout(() => {
  made('raises', () => {
    throw new Error('at once');
  });
}, 100);
setTimeout(() => {
  made('twice', (done) => {
    done();
    done();
  });
}, 200);
