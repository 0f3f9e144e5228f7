// A write after the peer's FIN with allowHalfOpen false: EPIPE, "ended by the other party".
// why: After the peer's end ours follows by itself; a write that comes too late is EPIPE with Node's own text.
// rows: 5.write 5.event.error 8.1 8.2
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.end('bye');
    peer.resume();
    peer.on('error', (error) => log('peer error', error));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'data', 'finish', 'error', 'close');
    function onEnd() {
      log('end', socket.write('too late', (...values) => log('written', ...values)), socket.destroyed);
      log('state', socket.readyState, socket.writableEnded, socket.errored);
      setImmediate(afterwards);
    }
    function afterwards() {
      log('ended', socket.writableEnded, socket.destroyed);
      log('afterwards', socket.write('much too late', (...values) => log('late', ...values)));
      log('state', socket.readyState, socket.errored);
    }
    socket.on('end', onEnd);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
