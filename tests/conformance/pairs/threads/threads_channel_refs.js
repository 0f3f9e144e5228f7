// A port keeps the program alive while it has a listener for messages, unless it was unref'ed.
// why: A port that nobody listens to must not keep a program from ending, one that is listened to must.
// rows: t.port.ref t.port.unref t.port.hasRef t.port.start t.receiveMessageOnPort
'use strict';
const { MessageChannel, receiveMessageOnPort } = require('node:worker_threads');
const { log } = require('../../tracing');

const { port1, port2 } = new MessageChannel();
log('at first', port1.hasRef(), port2.hasRef());
port1.postMessage({ number: 1 });
port1.postMessage('two');
log('received', receiveMessageOnPort(port2), receiveMessageOnPort(port2), receiveMessageOnPort(port2));
const listener = (message) => log('message', message);
port2.on('message', listener);
log('listened to', port1.hasRef(), port2.hasRef());
port2.off('message', listener);
log('no longer', port2.hasRef());
port2.once('message', (message) => log('once', message, port2.hasRef()));
log('once', port2.hasRef());
port1.postMessage('three');
setTimeout(() => {
  port2.on('message', listener);
  port2.unref();
  log('unrefed', port2.hasRef());
  port2.ref();
  log('refed', port2.hasRef());
  port2.unref();
  log('and so it ends');
}, 10);
