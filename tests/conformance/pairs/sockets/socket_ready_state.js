// readyState, pending and connecting at each stage of a connection.
// why: Libraries poll readyState and pending to decide whether to write, wait or reconnect.
// rows: 5.readyState 5.pending 5.connecting 5.destroyed 5.event.connect 5.event.ready
'use strict';
const { log, net } = require('../../tracing');

function main() {
  let socket = null;
  function show(stage) {
    log(stage, socket.readyState, socket.pending, socket.connecting, socket.destroyed, socket.closed, socket.readable, socket.writable);
  }
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => peer.write(data));
    peer.on('end', () => peer.end());
  }
  const server = net.createServer({ allowHalfOpen: true }, onConnection);
  function start() {
    socket = new net.Socket();
    show('new');
    log('returns itself', socket.connect(server.address().port, '127.0.0.1') === socket);
    show('connecting');
    function onConnect() {
      show('connect');
      socket.write('x');
    }
    function onData(data) {
      show('data');
      socket.end();
      show('ended');
    }
    socket.on('connect', onConnect);
    socket.on('ready', () => show('ready'));
    socket.on('data', onData);
    socket.on('finish', () => show('finish'));
    socket.on('end', () => show('end'));
    socket.on('close', (hadError) => show('close'));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
