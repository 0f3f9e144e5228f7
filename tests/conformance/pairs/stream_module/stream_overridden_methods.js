// A source and a sink as subclasses, with every method that a stream may have.
// why: Larger programs write their streams as classes, and call what they inherit.
// rows: s.Readable s.Writable s.Duplex
'use strict';
const stream = require('node:stream');
const { log, watch } = require('../../tracing');

class Echo extends stream.Duplex {
  constructor(options) {
    super(options);
    this.kept = [];
  }
  _read(size) {
    log('read', size, this.kept.length);
    while (this.kept.length && this.push(this.kept.shift()));
  }
  _write(chunk, encoding, done) {
    log('write', chunk, encoding);
    this.kept.push(chunk);
    this._read(0);
    done();
  }
  _final(done) {
    log('final');
    this.push(null);
    done();
  }
  _destroy(error, done) {
    log('destroy', error);
    super._destroy(error, done);
  }
}
const echo = new Echo({ highWaterMark: 3, decodeStrings: true });
watch(echo, 'echo', 'readable', 'finish', 'end', 'error', 'close');
echo.write('ab');
echo.write('cde');
echo.end('f');
setTimeout(() => {
  for (let chunk = echo.read(2); chunk !== null; chunk = echo.read(2)) log('got', chunk);
}, 50);
setTimeout(() => log('rest', echo.read()), 100);
