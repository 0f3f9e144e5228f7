// What a pipeline refuses, by the code of the error.
// why: A forgotten callback is the commonest mistake; it has to be a clear error at the call.
// rows: s.pipeline
'use strict';
const stream = require('node:stream');
const { log } = require('../../tracing');

const { PassThrough, pipeline } = stream;
function shown(label, fn) {
  try {
    fn();
    log(label, 'accepted');
  } catch (error) {
    log(label, error.code, error.message);
  }
}
const nop = () => {};
shown('nothing', () => pipeline());
shown('no callback', () => pipeline(new PassThrough(), new PassThrough()));
shown('callback only', () => pipeline(nop));
shown('one', () => pipeline(new PassThrough(), nop));
shown('one in a list', () => pipeline([new PassThrough()], nop));
shown('a list', () => pipeline([new PassThrough(), new PassThrough()], nop));
shown('source', () => pipeline(() => 5, new PassThrough(), nop));
shown('transform', () => pipeline([], () => 5, new PassThrough(), nop));
shown('destination', () => pipeline([], () => 5, nop));
