// A transform fails: both neighbours are destroyed with its error.
// why: One failure must leave no half of a pipeline open, with its socket or file.
// rows: s.pipeline
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const source = new stream.Readable({ read() {} });
const failing = new stream.Transform({ transform: (chunk, encoding, done) => done(new Error('bad input')) });
const sink = new stream.Writable({ write: (chunk, encoding, done) => done() });
watch(source, 'source', 'error', 'close');
watch(failing, 'failing', 'error', 'close');
watch(sink, 'sink', 'error', 'close');
stream.pipeline(source, failing, sink, (error, ...more) => {
  log('done', error, more.length);
  log('destroyed', source.destroyed, failing.destroyed, sink.destroyed);
});
source.push('x');
