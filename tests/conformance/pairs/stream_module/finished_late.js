// finished() on streams that have ended, failed or closed before.
// why: Whoever comes too late must be told, instead of waiting for ever.
// rows: s.finished s.promises
'use strict';
const stream = require('node:stream');
const { log } = require('../../tracing');

const { Duplex, Readable, Writable, finished, promises } = stream;
const write = (chunk, encoding, done) => done();
const made = {
  ended: new Readable({ read() {} }),
  unread: new Readable({ read() {} }),
  failed: new Readable({ read() {} }),
  destroyed: new Readable({ read() {} }),
  kept: new Readable({ read() {}, autoDestroy: false }),
  written: new Writable({ write }),
  ending: new Writable({ write: (chunk, encoding, done) => setTimeout(done, 200) }),
  both: new Duplex({ read() {}, write }),
};
for (const each of Object.values(made)) each.on('error', () => {});
made.ended.resume().push(null);
made.unread.push(null);
made.failed.destroy(new Error('lost'));
made.destroyed.destroy();
made.kept.resume().push(null);
made.written.end();
made.ending.end('x');
made.both.end();
made.both.resume().push(null);
setTimeout(async () => {
  for (const [label, each] of Object.entries(made)) finished(each, (error) => log(label, error));
  setTimeout(async () => {
    try {
      await promises.finished(made.failed);
    } catch (error) {
      log('awaited', error);
    }
    await promises.finished(made.ended);
    log('awaited the end');
    made.unread.resume();
  }, 400);
}, 100);
