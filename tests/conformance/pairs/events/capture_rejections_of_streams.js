// captureRejections on for all: what an async listener raised destroys a stream of whatever kind.
// why: A readable that stayed open after its handler failed would leak, and no pipe would learn of it.
// rows: 5.event.error 5.event.close
const events = require('node:events');
const { Duplex, Readable, Writable } = require('node:stream');
const { log, net, watch } = require('../../tracing');

events.captureRejections = true;
const streams = {
  readable: new Readable({ read() {} }),
  writable: new Writable({ write(chunk, encoding, done) { done(); } }),
  duplex: new Duplex({ read() {}, write(chunk, encoding, done) { done(); } }),
  socket: new net.Socket(),
};
const left = Object.entries(streams);

// One after the other: between coroutines no order is promised.
function observeNext() {
  if (left.length === 0) return;
  const [name, stream] = left.shift();
  watch(stream, name, 'error');
  stream.on('close', () => {
    log(`${name} close`);
    observeNext();
  });
  stream.on('own', async (value) => {
    await null;
    throw new Error(`from ${name} ${value}`);
  });
  stream.emit('own', 1);
  log(name, stream.destroyed);
}

observeNext();
