// A list of listeners that has shrunk to one warns again; one that has shrunk to two does not.
// why: A leak that comes back after the listeners were removed has to be reported once more.
// rows: 8.9
'use strict';
const { EventEmitter } = require('node:events');
const { log } = require('../../tracing');

const warnings = [];
process.removeAllListeners('warning');
process.on('warning', (warning) => warnings.push(warning.message));
function f() {}
function g() {}
const emitter = new EventEmitter();
emitter.setMaxListeners(1);
emitter.on('removed', f).on('removed', g).removeListener('removed', g).on('removed', g);
emitter.once('fired', f).on('fired', g);
emitter.emit('fired');
emitter.on('fired', f);
emitter.on('two left', f).on('two left', f).on('two left', g).off('two left', g).on('two left', g);
setImmediate(() => {
  for (const message of warnings) log('warning', message);
});
