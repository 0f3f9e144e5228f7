// Activity of either direction restarts the timeout; after it fired, activity starts it again.
// why: Idle means no traffic in either direction; a timer that only reading restarts would cut off a long upload.
// rows: 5.setTimeout 5.event.timeout
'use strict';
const { log, net } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => peer.write(data));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    let timeouts = 0;
    let writes = 0;
    function onTimeout() {
      timeouts += 1;
      log('timeout', timeouts, writes, socket.bytesRead);
      if (timeouts === 1) {
        socket.write('wake');
      } else {
        socket.end();
      }
    }
    function busy() {
      writes += 1;
      socket.write('x');
      if (writes === 8) {
        clearInterval(timer);
        log('stopped', timeouts);
      }
    }
    const timer = setInterval(busy, 25);
    socket.setTimeout(150);
    socket.on('timeout', onTimeout);
    socket.resume();
    socket.on('end', () => log('end', timeouts, socket.bytesRead));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
