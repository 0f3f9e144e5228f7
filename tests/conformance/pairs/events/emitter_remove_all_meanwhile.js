// removeAllListeners() leaves nothing, not even what a listener to removeListener adds meanwhile.
// why: Who clears an emitter before handing it on relies on no listener being left.
// rows: 8.9
'use strict';
const { EventEmitter } = require('node:events');
const { log } = require('../../tracing');

const emitter = new EventEmitter();
emitter.on('removeListener', (name) => {
  log('removed', name);
  emitter.once('late', () => log('never'));
});
emitter.on('a', () => {});
emitter.removeAllListeners('a');
log('one event', emitter.eventNames());
emitter.on('b', () => {});
emitter.prependListener('removeListener', () => log('first'));
emitter.removeAllListeners();
log('all', emitter.eventNames(), emitter.emit('late'));
