// A source is asked for the first time once _construct has called back.
// why: A source that connects first has nothing to read from before.
// rows: s.construct s.Readable
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

class Source extends stream.Readable {
  _construct(done) {
    log('construct');
    setTimeout(done, 50);
  }
  _read(size) {
    log('read', size);
    this.push('x');
    this.push(null);
  }
}
const source = new Source({ highWaterMark: 4 });
watch(source, 'source', 'data', 'end', 'close');
log('read at once', source.read());
setImmediate(() => log('still', source.readableLength));
