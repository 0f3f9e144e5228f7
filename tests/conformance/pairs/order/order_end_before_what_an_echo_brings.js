// The end that came with the last data is emitted before what the echo of that data makes ready.
// why: A peer of one's own process hears the echo in the turn of the end, and after it.
// rows: 8.8 5.event.end 5.option.onread
'use strict';
const { log, net } = require('../../tracing');

function one(label, options, then) {
  const server = net.createServer({ allowHalfOpen: true }, (peer) => {
    server.close();
    peer.on('data', (data) => log(label + ' peer data', data.toString()));
    peer.on('close', (hadError) => log(label + ' peer close', hadError));
    setTimeout(() => peer.end('last'), 20);
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...options(echo) });
    function echo(text) {
      log(label + ' echo', text);
      socket.write(text);
    }
    socket.on('data', (data) => echo(data.toString()));
    socket.on('end', () => {
      log(label + ' end');
      socket.end();
    });
    socket.on('close', (hadError) => {
      log(label + ' close', hadError);
      setTimeout(then, 20);
    });
  });
}

function onread(echo) {
  return { onread: { buffer: Buffer.alloc(100), callback: (count, buffer) => echo(buffer.toString('latin1', 0, count)) } };
}

one('plain', () => ({}), () => one('onread', onread, () => log('done')));
