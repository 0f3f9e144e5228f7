// Removing the readable listener lets a data listener flow.
// why: Protocols read a header by readable and then switch to data; the stream must not stay stuck between the modes.
// rows: 5.stream.read 5.stream.readableFlowing 5.resume
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => peer.write(data));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'resume', 'pause', 'end');
    function onReadable() {
      const data = socket.read();
      log('readable', data, socket.readableFlowing);
      if (data !== null) {
        socket.removeListener('readable', onReadable);
        setTimeout(flow, 20);
      }
    }
    function onData(data) {
      log('data', data, socket.readableFlowing);
      socket.end();
    }
    function flow() {
      log('flow', socket.readableFlowing, socket.isPaused(), socket.listenerCount('readable'));
      socket.on('data', onData);
      log('listening', socket.readableFlowing);
      socket.resume();
      socket.write('second');
    }
    socket.on('readable', onReadable);
    socket.write('first');
  }
  server.listen(0, '127.0.0.1', start);
}

main();
