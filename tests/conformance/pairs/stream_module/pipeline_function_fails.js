// A transform function that raises, and one whose source fails.
// why: What a generator raises ends the pipeline; what its source fails with is raised inside of it.
// rows: s.pipeline
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

async function* failing(chunks) {
  for await (const chunk of chunks) {
    log('chunk', chunk);
    throw new Error('cannot parse');
  }
}
async function* passing(chunks) {
  try {
    for await (const chunk of chunks) yield chunk;
  } catch (error) {
    log('inside', error);
    throw error;
  } finally {
    log('finally');
  }
}
function run(label, transform, fail) {
  const source = new stream.Readable({ read() {} });
  const sink = new stream.Writable({ write: (chunk, encoding, done) => done() });
  watch(source, `${label} source`, 'error', 'close');
  watch(sink, `${label} sink`, 'error', 'close');
  stream.pipeline(source, transform, sink, (error) => log(`${label} done`, error));
  source.push('x');
  if (fail) setTimeout(() => source.destroy(new Error('source lost')), 20);
}
run('raises', failing);
setTimeout(() => run('source', passing, true), 200);
