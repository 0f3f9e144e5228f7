// An unref'ed socket that is still connecting holds the program until it is connected.
// why: The pending connect request holds the program by itself; ending there would drop a write that was promised.
// rows: 5.unref 5.event.connect
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.unref());
  function start() {
    server.unref();
    const socket = net.connect(server.address().port, '127.0.0.1');
    log('unref', socket.unref() === socket);
    watch(socket, 'socket', 'connect', 'ready', 'data', 'end', 'close');
    socket.on('ready', () => log('written', socket.write('x')));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
