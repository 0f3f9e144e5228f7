// writableEnded, finish and the callbacks of a stream that is destroyed before its end is through.
// why: A program that asks whether it has ended must get the same answer after a failure.
// rows: s.Writable s.destroy
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

function run(label, prepare) {
  const pending = [];
  const sink = new stream.Writable({ write: (chunk, encoding, done) => pending.push(done) });
  watch(sink, label, 'finish', 'error', 'close');
  prepare(sink);
  const show = (when) => log(`${label} ${when}`, sink.writable, sink.writableEnded, sink.writableFinished, sink.writableLength, sink.writableNeedDrain);
  show('before');
  sink.destroy();
  show('destroyed');
  sink.end('late', (error) => log(`${label} late`, error));
  show('ended');
  setTimeout(() => {
    for (const done of pending) done();
    show('later');
  }, 2);
}
run('idle', () => {});
setTimeout(() => run('written', (sink) => sink.write('x', (error) => log('x', error))), 100);
setTimeout(() => run('ending', (sink) => sink.write('x') && sink.end((error) => log('end', error))), 200);
setTimeout(() => run('finishing', (sink) => sink.end((error) => log('end', error))), 300);
