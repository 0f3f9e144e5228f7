// The listeners of finished() stay until its function is called; a signal ends the watching alone.
// why: A stream that is watched again and again collects listeners, unless the watching ends.
// rows: s.finished s.promises
'use strict';
const stream = require('node:stream');
const { attempt, log } = require('../../tracing');

const { Readable, finished, promises } = stream;
const counts = (source) => ['end', 'finish', 'error', 'close'].map((name) => source.listenerCount(name));
async function main() {
  const source = new Readable({ read() {} });
  log('before', counts(source));
  const stop = finished(source, () => log('never called'));
  log('watched', counts(source));
  stop();
  log('stopped', counts(source));
  const controller = new AbortController();
  finished(source, { signal: controller.signal }, (error) => log('told', error.name, error.cause));
  controller.abort('enough');
  log('aborted', counts(source), source.destroyed);
  try {
    await promises.finished(source, { signal: AbortSignal.abort('early') });
  } catch (error) {
    log('awaited', error.name, error.cause);
  }
  source.resume().push(null);
  await promises.finished(source, { cleanup: true });
  log('ended', counts(source));
  const other = new Readable({ read() {} });
  other.resume().push(null);
  await promises.finished(other);
  log('left', counts(other));
  attempt('no stream', () => finished(5, () => {}));
  attempt('no callback', () => finished(other));
  attempt('options', () => finished(other, 5, () => {}));
}
main();
