// A pipe of a socket to itself that has carried three chunks, and what a program may do to it then.
// why: After a few chunks a pipe between sockets takes a shorter way: whatever a program does must still reach each next chunk.
// rows: 5.stream.pipe 5.event.data 8.2
'use strict';
const { PassThrough } = require('node:stream');
const { log, net } = require('../../tracing');

const changes = {
  nothing() {},
  'another listener'(s) { s.on('data', (chunk) => log('heard', String(chunk))); },
  'one in front'(s) { s.prependListener('data', (chunk) => log('heard', String(chunk))); },
  'a listener for once'(s) { s.once('data', (chunk) => log('heard', String(chunk))); },
  'no listener'(s) { s.removeAllListeners('data'); },
  'the listener taken away and put back'(s) {
    const [listener] = s.listeners('data');
    s.removeListener('data', listener);
    s.on('data', (chunk) => { log('heard', String(chunk)); listener(chunk); });
  },
  'a pause'(s) { s.pause(); setTimeout(() => s.resume(), 30); },
  'an encoding'(s) { s.setEncoding('hex'); },
  'readable'(s) { s.on('readable', () => log('read', String(s.read()))); },
  'no pipe'(s) {
    s.unpipe(s);
    s.on('data', (chunk) => log('heard', String(chunk)));
    s.on('end', () => s.end());
    s.resume();
  },
  'the same pipe again'(s) { s.unpipe(s); s.pipe(s); },
  'a second destination'(s) {
    const other = new PassThrough();
    other.on('data', (chunk) => log('other', String(chunk)));
    s.pipe(other);
  },
  'a write of its own'(s) {
    const { write } = s;
    s.write = (chunk) => { log('writes', String(chunk)); return write.call(s, chunk); };
  },
  'a push of its own'(s) {
    const { push } = s;
    s.push = (chunk) => { log('pushes', chunk === null ? null : String(chunk)); return push.call(s, chunk); };
  },
  'a cork'(s, echoed) { s.cork(); s.once('end', () => log('corked to the end', echoed())); },
  'something unread'(s) { s.unshift('unread '); },
  'an end by hand'(s) { s.push(null); },
  'our end'(s) { s.end(); },
  'destruction'(s) { s.destroy(); },
};

function tryNext(names) {
  if (!names.length) return;
  const [name, ...rest] = names;
  log('change', name);
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    server.close();
    socket.pipe(socket);
    socket.on('error', (error) => log('server error', error));
    socket.on('close', (hadError) => log('server close', hadError, socket.bytesRead, socket.bytesWritten));
    let echoed = '';
    client.on('data', (chunk) => {
      echoed += chunk;
      if (echoed.length < 6) return void client.write(`m${echoed.length / 2 + 1}`);
      if (echoed !== 'm1m2m3') return;
      changes[name](socket, () => echoed);
      const steps = [() => client.write('m4'), () => client.write('m5'), () => client.end()];
      const takeStep = () => { steps.shift()(); if (steps.length) setTimeout(takeStep, 20); };
      setTimeout(takeStep, 20);
    });
    client.on('error', (error) => log('client error', error.code));
    client.on('close', () => { log('echoed', echoed); socket.destroy(); tryNext(rest); });
    client.write('m1');
  });
  let client;
  server.listen(0, '127.0.0.1', () => {
    client = net.connect({ port: server.address().port, host: '127.0.0.1', allowHalfOpen: true });
    client.setNoDelay();
    client.on('end', () => client.end());
  });
}

tryNext(Object.keys(changes));
