// isReadable, isWritable, isErrored, isDisturbed and isDestroyed at each stage of a stream.
// why: Libraries that take any stream ask these instead of its properties.
// rows: s.isReadable s.isWritable s.isErrored s.isDisturbed s.isDestroyed s.destroy
'use strict';
const stream = require('node:stream');
const { log } = require('../../tracing');

const { Duplex, PassThrough, Readable, Writable } = stream;
const write = (chunk, encoding, done) => done();
function show(label, each) {
  log(label, stream.isReadable(each), stream.isWritable(each), stream.isErrored(each), stream.isDisturbed(each), stream.isDestroyed(each));
}
for (const each of [null, {}, 5, 'text']) show('no stream', each);
const source = new Readable({ read() {} });
source.on('error', () => {});
show('new', source);
source.destroy(new Error('lost'));
show('destroyed', source);
const sink = new Writable({ write });
show('sink', sink);
sink.end();
show('ended', sink);
const duplex = new Duplex({ read() {}, write });
show('duplex', duplex);
duplex.push('x');
duplex.read();
show('disturbed', duplex);
duplex.resume().push(null);
const one = new Duplex({ read() {}, write, readable: false });
show('one side', one);
stream.destroy(one);
const through = new PassThrough();
through.on('error', (error) => log('through', error.name));
stream.destroy(through);
one.on('error', (error) => log('one', error.name));
setTimeout(() => {
  show('failed', source);
  show('finished', sink);
  show('read', duplex);
  show('destroyed', through);
}, 50);
