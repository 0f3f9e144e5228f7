// The end that comes with the last data has a turn of its own, after the immediates and closes of that of the data.
// why: Node 26 no longer ends a connection in the turn of its last data, hang-up or not; who counts turns sees it.
// rows: 8.8 5.event.end 5.event.close 5.option.onread
'use strict';
const { log, net } = require('../../tracing');

function one(label, options, then) {
  const server = net.createServer({ allowHalfOpen: true }, (peer) => {
    server.close();
    peer.resume();
    // Both sides are over with this: the kernel reports a hang-up beside the data.
    peer.on('end', () => setTimeout(() => peer.end('last'), 20));
    peer.on('close', (hadError) => log(label + ' peer close', hadError));
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...options(got) });
    function got(text) {
      log(label + ' data', text);
      setImmediate(() => log(label + ' immediate'));
    }
    socket.on('data', (data) => got(data.toString()));
    socket.on('end', () => log(label + ' end'));
    socket.on('close', (hadError) => {
      log(label + ' close', hadError);
      setTimeout(then, 20);
    });
    socket.end();
  });
}

function onread(got) {
  return { onread: { buffer: Buffer.alloc(100), callback: (count, buffer) => got(buffer.toString('latin1', 0, count)) } };
}

one('plain', () => ({}), () => one('onread', onread, () => log('done')));
