// After close no event comes, whatever is called on the socket; pause and resume do nothing.
// why: Objects are dropped at close; later events reach code that let go of its state.
// rows: 8.1 5.event.close 5.destroy 5.pause 5.resume 5.setTimeout
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('x'));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'connect', 'data', 'end', 'finish', 'error', 'close', 'drain', 'pause', 'resume', 'timeout');
    function onClose(hadError) {
      setTimeout(poke, 10);
    }
    function poke() {
      log('poke', socket.destroyed, socket.closed);
      log('pause', socket.pause() === socket, socket.isPaused());
      log('resume', socket.resume() === socket, socket.isPaused());
      log('read', socket.read());
      log('destroy', socket.destroy(new Error('late')) === socket);
      log('reset', socket.resetAndDestroy() === socket);
      log('soon', socket.destroySoon());
      log('timeout', socket.setTimeout(5) === socket);
      log('write', socket.write('x'));
      log('end', socket.end() === socket);
      log('push', socket.push('x'));
      log('encoding', socket.setEncoding('utf8') === socket);
      log('refs', socket.ref() === socket, socket.unref() === socket);
      log('cork', socket.cork(), socket.uncork());
      log('errored', socket.errored);
      server.close();
      setTimeout(() => log('done'), 30);
    }
    socket.on('close', onClose);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
