// What a connect from a BoundSocket fails with: a refusal, the other family, a failed lookup; then the socket connects without it.
// why: The one bound socket is spent by the first attempt; a program must hear why, and may go on without.
// rows: b.connect b.errors 5.event.connectionAttemptFailed
'use strict';
const { log, net, watch } = require('../../tracing');

const server = net.createServer((peer) => peer.end('hello'));
const free = new net.BoundSocket({ host: '127.0.0.1' });
const closedPort = free.address().port;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const cases = [
    ['127.0.0.1', { port: closedPort, host: '127.0.0.1' }],
    ['127.0.0.1', { port, host: '::1' }],
    ['::1', { port, host: '127.0.0.1' }],
    ['127.0.0.1', { port, host: 'some.name', lookup: (name, options, callback) => callback(new Error('no such name')) }],
    ['127.0.0.1', { port, host: '127.0.0.1', blockList: new net.BlockList() }],
  ];
  cases[4][1].blockList.addAddress('127.0.0.1');
  function next() {
    const one = cases.shift();
    if (one === undefined) {
      free.close();
      server.close();
      return;
    }
    const [host, { blockList, ...options }] = one;
    const bound = new net.BoundSocket({ host });
    const own = bound.address().port;
    const socket = new net.Socket({ handle: bound, blockList });
    watch(socket, 'socket', 'connectionAttempt', 'connect', 'data', 'end');
    socket.on('error', (error) => log('error', error.code, error.syscall, error.message.replace(String(own), 'OWN')));
    socket.on('connectionAttemptFailed', (address, to, family, error) => log('failed', address, family, error.code));
    socket.connect(options);
    socket.once('close', (hadError) => {
      log('close', hadError, socket.localPort);
      new net.BoundSocket({ host, port: own }).close();
      if (options.port !== closedPort) {
        next();
        return;
      }
      socket.connect(port, '127.0.0.1');
      log('again', socket.pending, socket.connecting);
      socket.once('connect', () => log('other port', socket.localPort !== own));
      socket.once('close', next);
    });
  }
  next();
});
