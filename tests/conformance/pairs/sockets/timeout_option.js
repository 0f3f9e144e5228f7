// The timeout option of connect, a timeout while connecting, and none after destroy.
// why: A timeout also runs while connecting and on a socket that never connected, but never after destroy().
// rows: 5.setTimeout 5.event.timeout 5.timeout
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const options = { port: server.address().port, host: '127.0.0.1', timeout: 150 };
    const socket = net.connect(options);
    log('timeout', socket.timeout, socket.listenerCount('timeout'));
    let count = 0;
    function onTimeout() {
      count += 1;
      log('timeout', socket.readyState);
      socket.setTimeout(5);
      socket.destroy();
      setTimeout(finish, 40);
    }
    function finish() {
      log('count', count, socket.timeout);
      server.close(idlePart);
    }
    socket.on('timeout', onTimeout);
    watch(socket, 'socket', 'close');
  }
  function idlePart() {
    const idle = new net.Socket();
    idle.setTimeout(10, () => log('idle timeout', idle.readyState, idle.pending));
    setTimeout(() => log('idle', idle.timeout), 40);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
