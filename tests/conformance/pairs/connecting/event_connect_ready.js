// connect, then ready, then data; the listener of the call comes once; nothing before connect() returned.
// why: Code waits on connect or on ready; both come once, in this order, and never inside connect().
// rows: 5.event.connect 5.event.ready 5.connect 5.event.connectionAttempt 8.8
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('x'));
  function start() {
    const socket = new net.Socket();
    watch(socket, 'socket', 'lookup', 'connectionAttempt', 'connect', 'ready', 'data', 'end', 'close');
    log('returns', socket.connect({ port: server.address().port, host: '127.0.0.1' }, (...values) => log('listener', ...values)) === socket);
    log('listeners', socket.listenerCount('connect'));
    process.nextTick(() => log('tick', socket.connecting));
    socket.on('ready', () => log('listeners', socket.listenerCount('connect')));
    socket.on('close', (hadError) => server.close());
  }
  server.listen(0, '127.0.0.1', start);
}

main();
