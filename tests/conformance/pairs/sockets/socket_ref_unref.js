// ref and unref return the socket at every stage; an unref'ed connection alone does not hold the program.
// why: Pooled idle connections are unref'ed so that a program may end; they may still be held again at any stage.
// rows: 5.ref 5.unref
'use strict';
const { log, net } = require('../../tracing');

function main() {
  let served = false;
  function onConnection(peer) {
    served = peer.unref() === peer;
    server.unref();
    peer.on('close', (hadError) => log('never'));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = new net.Socket();
    log('new', socket.ref() === socket, socket.unref() === socket, socket.ref() === socket);
    socket.connect(server.address().port, '127.0.0.1');
    log('connecting', socket.unref() === socket, socket.ref() === socket);
    function onConnect() {
      log('connected', socket.ref() === socket, socket.unref() === socket, socket.unref() === socket);
      socket.on('close', (hadError) => log('never'));
      setTimeout(() => log('timer', served), 50);
    }
    socket.on('connect', onConnect);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
