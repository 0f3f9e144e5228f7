// A signal destroys a stream, also one that was aborted before; it is let go of at the end.
// why: A program gives one signal to everything that it opens.
// rows: s.addAbortSignal
'use strict';
const stream = require('node:stream');
const { attempt, log, watch } = require('../../tracing');

const { Readable, addAbortSignal } = stream;
const controller = new AbortController();
const source = new Readable({ read() {} });
log('returned', addAbortSignal(controller.signal, source) === source);
source.on('error', (error) => log('error', error.name, error.code, error.cause));
watch(source, 'source', 'close');
const other = addAbortSignal(controller.signal, new Readable({ read() {} }));
watch(other, 'other', 'end', 'error', 'close');
other.resume().push(null);
const late = new Readable({ read() {} });
late.on('error', (error) => log('late', error.name, error.cause));
addAbortSignal(AbortSignal.abort('early'), late);
log('at once', late.destroyed);
setTimeout(() => {
  controller.abort('reason');
  log('aborted', source.destroyed);
}, 50);
attempt('no signal', () => addAbortSignal(5, source));
attempt('no stream', () => addAbortSignal(controller.signal, 50));
