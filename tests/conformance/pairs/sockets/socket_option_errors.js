// What the constructor refuses, with its words, and what it takes.
// why: Each refused option has its code and text, and a socket that failed to construct must leave nothing open.
// rows: 5.option.fd 5.option.onread 5.option.signal 5.option.highWaterMark 5.option.readable 5.option.writable
'use strict';
const { attempt, log, net } = require('../../tracing');

function main() {
  attempt('fd string', () => new net.Socket({ fd: 'x' }));
  attempt('fd negative', () => new net.Socket({ fd: -1 }));
  attempt('fd fraction', () => new net.Socket({ fd: 1.5 }));
  attempt('fd unknown', () => new net.Socket({ fd: 999 }));
  attempt('onread string', () => new net.Socket({ onread: 'x' }));
  attempt('onread no callback', () => new net.Socket({ onread: { buffer: Buffer.alloc(8, 'x') } }));
  attempt('onread no buffer', () => new net.Socket({ onread: { callback: () => true } }));
  attempt('signal string', () => new net.Socket({ signal: 'x' }));
  attempt('signal object', () => new net.Socket({ signal: {} }));
  attempt('mark negative', () => new net.Socket({ highWaterMark: -1 }));
  attempt('mark string', () => new net.Socket({ highWaterMark: 'x' }));
  attempt('readable mark', () => new net.Socket({ readableHighWaterMark: -5 }));
  attempt('object mode', () => new net.Socket({ objectMode: true }));
  attempt('readable object mode', () => new net.Socket({ readableObjectMode: true }));
  attempt('writable object mode', () => new net.Socket({ writableObjectMode: true }));
  attempt('nothing', () => new net.Socket(null));
  const plain = new net.Socket({ readable: false, writable: false });
  log('without fd', plain.readable, plain.writable);
  const zero = new net.Socket({ highWaterMark: 0 });
  log('zero', zero.readableHighWaterMark, zero.writableHighWaterMark);
  const marks = new net.Socket({ highWaterMark: 10 });
  log('ten', marks.readableHighWaterMark, marks.writableHighWaterMark);
  const both = new net.Socket({ readableHighWaterMark: 3, writableHighWaterMark: 4 });
  log('both', both.readableHighWaterMark, both.writableHighWaterMark);
}

main();
