// No callback runs inside the call that caused it: write, end, destroy, connect, pause and resume return first.
// why: write(), end() and destroy() may be called from any listener; running others inside them reorders the program's own state.
// rows: 8.8 5.write 5.end 5.destroy 5.connect
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    let inside = '';
    function inCall(name, call) {
      inside = name;
      call();
      inside = '';
    }
    const socket = new net.Socket();
    function record(name) {
      socket.on(name, (...values) => log('event', inside, name));
    }
    for (const name of ['connect', 'ready', 'finish', 'end', 'close', 'drain', 'error', 'resume', 'pause']) {
      record(name);
    }
    inCall('connect', () => socket.connect({ port: server.address().port, host: '127.0.0.1' }));
    inCall('write', () => socket.write('x', (...values) => log('written', inside)));
    function onReady() {
      inCall('write ready', () => socket.write('y', (...values) => log('written ready', inside)));
      inCall('resume', () => socket.resume());
      inCall('pause', () => socket.pause());
      inCall('end', () => socket.end('z', (...values) => log('ended', inside)));
      inCall('write after end', () => socket.write('w', (...values) => log('late', inside)));
      inCall('destroy', () => socket.destroy());
      server.close();
    }
    socket.on('ready', onReady);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
