// newListener and removeListener on a socket, the internal listeners included.
// why: Node adds listeners of its own on a socket; newListener shows which, and libraries that wrap listeners see them too.
// rows: 5.event.data 5.connect
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end());
  function start() {
    const socket = new net.Socket();
    function onNew(name, listener) {
      log('new', name, listener, socket.listenerCount(name));
    }
    function onRemove(name, listener) {
      log('removed', name, listener, socket.listenerCount(name));
    }
    socket.on('removeListener', onRemove);
    socket.on('newListener', onNew);
    function onConnect() {
      log('connect');
      socket.removeListener('connect', onConnect);
    }
    socket.on('connect', onConnect);
    socket.once('end', () => log('end'));
    socket.connect(server.address().port, '127.0.0.1', () => log('from connect'));
    socket.on('data', () => log('never'));
    function onClose(hadError) {
      log('close', hadError);
      socket.removeAllListeners('connect');
      socket.removeAllListeners();
      log('names', socket.eventNames());
      server.close();
    }
    socket.on('close', onClose);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
