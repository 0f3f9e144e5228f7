// With end: false the last stream is not ended, and takes more afterwards.
// why: Several bodies are written to one connection, one pipeline after the other.
// rows: s.promises
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const taken = [];
const sink = new stream.Writable({
  write(chunk, encoding, done) {
    taken.push(String(chunk));
    done();
  },
});
watch(sink, 'sink', 'finish', 'close');
async function main() {
  await stream.promises.pipeline(stream.Readable.from(['a', 'b']), sink, { end: false });
  log('first', taken, sink.writableEnded, sink.destroyed);
  await stream.promises.pipeline(['c'], sink, { end: false });
  log('second', taken, sink.writableEnded);
  await stream.promises.pipeline(['d'], sink);
  log('third', taken, sink.writableEnded);
}
main();
