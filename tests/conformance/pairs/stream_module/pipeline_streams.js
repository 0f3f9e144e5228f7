// Three streams in a pipeline: what is destroyed, and when the callback comes.
// why: The callback is where a program goes on; by then every stream must be done.
// rows: s.pipeline
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const taken = [];
const source = new stream.Readable({ read() {} });
const upper = new stream.Transform({ transform: (chunk, encoding, done) => done(null, String(chunk).toUpperCase()) });
const sink = new stream.Writable({
  write(chunk, encoding, done) {
    taken.push(chunk);
    setImmediate(done);
  },
});
watch(source, 'source', 'end', 'close');
watch(upper, 'upper', 'finish', 'end', 'close', 'unpipe');
upper.removeAllListeners('unpipe');
watch(sink, 'sink', 'finish', 'close');
const last = stream.pipeline(source, upper, sink, (error) => {
  log('done', error, taken);
  log('destroyed', source.destroyed, upper.destroyed, sink.destroyed);
});
log('last is the sink', last === sink);
source.push('a');
source.push('b');
source.push(null);
