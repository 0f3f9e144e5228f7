// resetAndDestroy() without a handle, after destroy, and on a Unix socket.
// why: Without a TCP handle there is nothing to reset; what Node throws and what it emits differ by state.
// rows: 5.resetAndDestroy 5.event.error
'use strict';
const { attempt, log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.resume());
  function start() {
    const unborn = new net.Socket();
    watch(unborn, 'unborn', 'error', 'close');
    log('unborn', unborn.resetAndDestroy() === unborn, unborn.destroyed);
    const gone = new net.Socket();
    watch(gone, 'gone', 'error', 'close');
    gone.destroy();
    log('gone', gone.resetAndDestroy() === gone, gone.destroyed);
    const socket = net.connect('s.sock');
    watch(socket, 'unix', 'error', 'close');
    attempt('unix connecting', () => socket.resetAndDestroy());
    function onConnect() {
      attempt('unix', () => socket.resetAndDestroy());
      log('alive', socket.destroyed, socket.readyState);
      socket.destroy();
      attempt('unix destroyed', () => socket.resetAndDestroy() === socket);
      server.close();
    }
    socket.on('ready', onConnect);
  }
  server.listen('s.sock', start);
}

main();
