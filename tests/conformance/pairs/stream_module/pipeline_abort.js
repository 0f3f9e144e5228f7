// A signal ends a pipeline under way, and one that was aborted before.
// why: A timeout of a transfer is a signal; every stream must be destroyed by it.
// rows: s.promises s.pipeline
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

const { Readable, Writable, promises } = stream;
async function run(label, signal, abort) {
  const source = new Readable({ read() {} });
  const sink = new Writable({ write: (chunk, encoding, done) => done() });
  watch(source, `${label} source`, 'error', 'close');
  watch(sink, `${label} sink`, 'error', 'close');
  if (abort) setTimeout(abort, 5);
  try {
    await promises.pipeline(source, sink, { signal });
    log(`${label} ended`);
  } catch (error) {
    log(`${label} failed`, error.name, error.code, error.message, error.cause);
  }
}
async function main() {
  const controller = new AbortController();
  await run('later', controller.signal, () => controller.abort('reason'));
  await run('before', AbortSignal.abort('early'));
  try {
    await promises.pipeline([], new Writable(), { signal: 5 });
  } catch (error) {
    log('refused', error);
  }
}
main();
