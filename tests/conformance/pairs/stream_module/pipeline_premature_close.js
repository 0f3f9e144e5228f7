// The source, the middle or the sink is destroyed without an error while a pipeline goes on.
// why: A peer that vanishes closes its socket early; the callback must not report success.
// rows: s.pipeline s.destroy
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

function run(label, which, error) {
  const parts = [
    new stream.Readable({ read() {} }),
    new stream.PassThrough(),
    new stream.Writable({ write: (chunk, encoding, done) => done() }),
  ];
  for (const [index, part] of parts.entries()) watch(part, `${label} ${index}`, 'error', 'close');
  stream.pipeline(...parts, (failure) => log(`${label} done`, failure));
  parts[0].push('x');
  setTimeout(() => parts[which].destroy(error), 2);
}
run('source', 0);
setTimeout(() => run('middle', 1), 100);
setTimeout(() => run('sink', 2), 200);
setTimeout(() => run('source error', 0, new Error('lost')), 300);
setTimeout(() => run('sink error', 2, new Error('full')), 400);
