// A pipe from one socket to another that has carried three chunks, and what may happen to the destination then.
// why: The shorter way of such a pipe must notice a destination that is full, ended, destroyed, reset or no longer as it was.
// rows: 5.stream.pipe 5.event.error 8.2
'use strict';
const { log, net } = require('../../tracing');

const large = Buffer.alloc(16000000, 'ab');

function patchWrite(to) {
  const { write } = to;
  to.write = (chunk) => { log('writes', String(chunk)); return write.call(to, chunk); };
}

function patchPush(from) {
  const { push } = from;
  from.push = (chunk) => { log('pushes', String(chunk)); return push.call(from, chunk); };
}

const atOnce = {
  'a write of its own from the beginning'(to) { patchWrite(to); },
  'a push of its own from the beginning'(to, from) { patchPush(from); },
};

const changes = {
  nothing() {},
  'a write of its own'(to) { patchWrite(to); },
  'a push of its own'(to, from) { patchPush(from); },
  'a cork'(to) { to.cork(); setTimeout(() => to.uncork(), 50); },
  'its end'(to) { to.end('the end'); },
  'its end behind much'(to, from, { reader }) {
    reader.pause();
    setTimeout(() => reader.resume(), 100);
    to.end(large);
  },
  'its destruction'(to) { to.destroy(); },
  'a peer that does not read'(to, from, { reader, writer }) {
    reader.pause();
    setTimeout(() => reader.resume(), 100);
    writer.write(large);
  },
  'a peer that resets'(to, from, { reader }) { reader.resetAndDestroy(); },
  'a write before'(to, from, { reader, writer }) {
    reader.pause();
    setTimeout(() => reader.resume(), 60);
    to.write(large, () => log('the large one is written'));
  },
};

function tryNext(names) {
  if (!names.length) return;
  const [name, ...rest] = names;
  log('change', name);
  const ends = {};
  let from, received = '', open = 4;
  function watch(socket, label, logged) {
    socket.on('error', (error) => { if (logged) log(`${label} error`, error.code); });
    socket.on('close', (hadError) => {
      if (logged) log(`${label} close`, hadError, socket.bytesRead, socket.bytesWritten);
      if (--open) return;
      // How much of it the kernel had taken when the error came is no matter of ours.
      if (name !== 'its end behind much') log('received', received.length, received.slice(-10));
      tryNext(rest);
    });
  }
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.setNoDelay();
    if (!from) { from = socket; return void ends.connectReader(); }
    server.close();
    watch(from, 'from', !name.startsWith('its'));
    watch(socket, 'to', true);
    // Unread until then, so that a write is the first to hear of a reset.
    socket.on('finish', () => socket.resume());
    socket.on('close', () => from.destroy());
    atOnce[name]?.(socket, from);
    from.pipe(socket);
    ends.writer.write('m1');
  });
  server.listen(0, '127.0.0.1', () => {
    const place = { port: server.address().port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true };
    ends.writer = net.connect(place);
    watch(ends.writer, 'writer', false);
    ends.writer.on('end', () => ends.writer.end());
    ends.connectReader = () => {
      const { writer } = ends;
      const reader = ends.reader = net.connect(place);
      watch(reader, 'reader', false);
      reader.on('end', () => reader.end());
      reader.on('data', (chunk) => {
        received += chunk;
        if (received.length < 6) return void writer.write(`m${received.length / 2 + 1}`);
        if (received !== 'm1m2m3') return;
        changes[name]?.(ends.to, from, ends);
        const steps = [() => writer.write('m4'), () => writer.write('m5'), () => writer.end()];
        const takeStep = () => { steps.shift()(); if (steps.length) setTimeout(takeStep, 20); };
        setTimeout(takeStep, 20);
      });
    };
    server.on('connection', (socket) => { ends.to = socket; });
  });
}

tryNext([...Object.keys(atOnce), ...Object.keys(changes)]);
