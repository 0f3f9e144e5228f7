// finished() tells of a good end, of an error, and of a close before the end.
// why: A program must know whether what it has read is all there was.
// rows: s.finished
'use strict';
const stream = require('node:stream');
const { log } = require('../../tracing');

const { Duplex, Readable, Writable, finished } = stream;
const sources = {
  ends: (source) => source.push(null),
  fails: (source) => source.destroy(new Error('lost')),
  closes: (source) => source.destroy(),
};
for (const [label, act] of Object.entries(sources)) {
  const source = new Readable({ read() {} });
  finished(source, (error) => log(`source ${label}`, error, source.closed));
  source.on('error', () => {});
  source.resume();
  act(source);
}
const sinks = {
  ends: (sink) => sink.end(),
  fails: (sink) => sink.destroy(new Error('lost')),
  closes: (sink) => sink.destroy(),
};
for (const [label, act] of Object.entries(sinks)) {
  const sink = new Writable({ write: (chunk, encoding, done) => done() });
  finished(sink, (error) => log(`sink ${label}`, error, sink.closed));
  sink.on('error', () => {});
  act(sink);
}
const duplex = new Duplex({ read() {}, write: (chunk, encoding, done) => done() });
finished(duplex, (error) => log('duplex', error));
finished(duplex, { readable: false }, (error) => log('writing side', error));
finished(duplex, { writable: false }, (error) => log('reading side', error));
duplex.end();
setTimeout(() => {
  log('reading ends');
  duplex.push(null);
  duplex.resume();
}, 50);
