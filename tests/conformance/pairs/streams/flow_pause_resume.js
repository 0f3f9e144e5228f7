// pause() holds data back, resume() lets it go on, in order and without loss.
// why: pause() must stop data at once and resume() bring it in order, with the flags as Node shows them.
// rows: 5.pause 5.resume 5.stream.isPaused 5.stream.readableFlowing 5.event.data
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    peer.write('one');
    peer.on('data', (data) => peer.write(data));
    peer.on('end', () => peer.end());
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    log('new', socket.isPaused(), socket.readableFlowing);
    watch(socket, 'socket', 'pause', 'resume', 'end', 'close');
    let held = true;
    function onData(data) {
      log('data', data, socket.isPaused(), held);
      if (held) {
        log('pause', socket.pause() === socket, socket.isPaused(), socket.readableFlowing);
        socket.write('two');
        setTimeout(release, 40);
      } else {
        socket.end();
      }
    }
    function release() {
      held = false;
      log('resume', socket.resume() === socket, socket.isPaused(), socket.readableFlowing, socket.readableLength);
      log('again', socket.resume() === socket, socket.isPaused());
    }
    log('on', socket.on('data', onData) === socket, socket.isPaused(), socket.readableFlowing);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
