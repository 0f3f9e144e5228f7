// What write, end, push and the encodings refuse, and how an encoding of nothing is meant.
// why: An empty object for an encoding is a mistake, an empty string means none: JavaScript tells them apart.
// rows: s.Writable s.Readable 5.stream.readable
'use strict';
const stream = require('node:stream');
const { attempt, log } = require('../../tracing');

const took = [];
const sink = new stream.Writable({
  write(chunk, encoding, done) {
    took.push([chunk, encoding]);
    done();
  },
});
const all = [
  ['x', 'buffer'], ['x', 'bad'], ['x', {}], ['x', []], ['x', 5], ['x', 0], ['x', ''], ['x', null], ['x', false],
  [5, 'bad'], [0, 'bad'], [null], [Buffer.from('b'), 'bad'], [Buffer.from('b'), 'buffer'], ['ab', 'hex'],
  ['x', 'UTF8'], ['é', 'latin1'], [''], [5], [{}], [[]], [false],
];
for (const [index, values] of all.entries()) {
  attempt(`write ${index}`, () => sink.write(...values));
}
log('took', took);
for (const [index, encoding] of ['bad', 'buffer', {}, [], 5, 0, '', false, 'LATIN1'].entries()) {
  const source = new stream.Readable({ read() {} });
  attempt(`setEncoding ${index}`, () => source.setEncoding(encoding).readableEncoding);
  attempt(`default ${index}`, () => sink.setDefaultEncoding(encoding) === sink);
  attempt(`option ${index}`, () => new stream.Writable({ write() {}, defaultEncoding: encoding }).writable);
}
const source = new stream.Readable({ read() {} });
source.on('error', (error) => log('error', error));
attempt('push encoding', () => source.push('x', 'bad'));
attempt('push', () => source.push(5));
attempt('end', () => sink.end('x', {}));
log('ended', sink.writableEnded);
