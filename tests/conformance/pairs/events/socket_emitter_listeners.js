// once, prependListener, off and the counts on a socket; the order in which listeners run.
// why: once, prepend and duplicates decide in which order user and library listeners see connect.
// rows: 5.event.data 5.event.connect
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('x'));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1', (...values) => log('connect from the call', ...values));
    function repeated(...values) {
      log('repeated', values.length);
    }
    log('once', socket.once('connect', (...values) => log('once', ...values)) === socket);
    log('prepend', socket.prependListener('connect', (...values) => log('prepended', ...values)) === socket);
    log('prepend once', socket.prependOnceListener('connect', (...values) => log('prepended once', ...values)) === socket);
    socket.on('connect', repeated);
    socket.addListener('connect', repeated);
    socket.on('connect', repeated);
    log('count', socket.listenerCount('connect'), socket.listenerCount('connect', repeated));
    log('off', socket.off('connect', repeated) === socket, socket.listenerCount('connect', repeated));
    log('listeners', socket.listeners('connect').length, socket.rawListeners('connect').length);
    log('emit', socket.emit('custom', 1), socket.emit('connect', 'a', 'b'));
    log('after', socket.listenerCount('connect'));
    socket.removeAllListeners('connect');
    log('removed', socket.listenerCount('connect'), socket.emit('connect'));
    log('names', socket.eventNames());
    log('max', socket.getMaxListeners(), socket.setMaxListeners(3) === socket, socket.getMaxListeners());
    watch(socket, 'socket', 'connect', 'ready', 'data', 'end', 'close');
    socket.on('close', (hadError) => server.close());
  }
  server.listen(0, '127.0.0.1', start);
}

main();
