// A callback of onread that answers false pauses the socket until resume().
// why: Answering false is the only backpressure that onread has; reading on would overwrite the buffer in use.
// rows: 5.option.onread 5.pause 5.resume
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const buffer = Buffer.alloc(2, '.');
  const server = net.createServer((peer) => peer.end('aabbcc'));
  let socket = null;
  function again() {
    log('resuming', socket.isPaused(), socket.readableFlowing);
    socket.resume();
  }
  function onRead(count, filled) {
    log('read', count, filled);
    setTimeout(again, 20);
    return false;
  }
  function start() {
    const options = { port: server.address().port, host: '127.0.0.1', onread: { buffer: buffer, callback: onRead } };
    socket = net.connect(options);
    watch(socket, 'socket', 'data', 'end', 'close', 'pause', 'resume');
    socket.on('close', (hadError) => server.close());
  }
  server.listen(0, '127.0.0.1', start);
}

main();
