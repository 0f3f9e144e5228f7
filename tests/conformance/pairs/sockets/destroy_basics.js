// destroy(): no end, no finish, close once; the error reaches only the first.
// why: destroy() is the way out of any state: close comes once, and only the first error counts.
// rows: 5.destroy 5.destroyed 5.event.close 5.event.error 8.1 8.8
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'end', 'finish', 'error', 'close');
    function onConnect() {
      log('destroy', socket.destroy() === socket, socket.destroyed, socket.closed);
      log('again', socket.destroy(new Error('too late')) === socket);
      process.nextTick(() => log('tick'));
      setImmediate(() => log('immediate'));
    }
    socket.on('connect', onConnect);
    socket.on('close', (hadError) => second());
  }
  function second() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'second', 'end', 'finish', 'error', 'close');
    function onConnect() {
      log('destroy', socket.destroy(new Error('reason')) === socket, socket.errored);
      socket.destroy(new Error('other reason'));
    }
    socket.on('connect', onConnect);
    socket.on('close', (hadError) => third());
  }
  function third() {
    const socket = new net.Socket();
    watch(socket, 'third', 'end', 'finish', 'error', 'close');
    socket.destroy(new Error('never connected'));
    log('third', socket.destroyed, socket.readyState);
    server.close();
  }
  server.listen(0, '127.0.0.1', start);
}

main();
