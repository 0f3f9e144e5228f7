// setEncoding when all has come: a character that is cut off is given up, and objects become one text.
// why: What waits must be read whole even if the encoding is chosen late; what is no bytes is an error.
// rows: s.Readable
'use strict';
const stream = require('node:stream');
const { attempt, log } = require('../../tracing');

function waiting(chunks, options) {
  const source = new stream.Readable({ read() {}, ...options });
  for (const chunk of chunks) source.push(chunk);
  return source;
}
for (const encoding of ['base64', 'utf8']) {
  const bytes = Buffer.from('ab\u20ac').subarray(0, 4);
  const early = waiting([bytes, null]);
  early.setEncoding(encoding);
  log(`${encoding} after the end`, early.readableLength, early.read(), early.read());
  const late = waiting([bytes]);
  late.setEncoding(encoding);
  const before = late.readableLength;
  late.push(null);
  log(`${encoding} before it`, before, late.read(), late.read());
}
const objects = waiting(['a', Buffer.from('b'), { c: 1 }], { objectMode: true });
attempt('an object', () => objects.setEncoding('utf8'));
log('kept', objects.read(), objects.read(), objects.read());
const texts = waiting([Buffer.from('a'), ''], { objectMode: true });
texts.setEncoding('utf8');
log('one text', texts.readableLength, texts.read(), texts.read());
const joined = waiting(['a', Buffer.from('b'), 'c'], { objectMode: true });
joined.setEncoding('utf8');
log('joined', joined.read());
