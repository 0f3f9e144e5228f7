// The connection fails: error, close, and every queued write's callback with an error.
// why: When the connection fails each queued write must hear of it, after close and with an error.
// rows: 8.5 8.1 5.write 5.event.error
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer();
  function start() {
    const port = server.address().port;
    server.close(() => attack(port));
  }
  function attack(port) {
    const socket = net.connect(port, '127.0.0.1');
    watch(socket, 'socket', 'connect', 'ready', 'end', 'finish', 'close');
    log('one', socket.write('one', (...values) => log('one written', ...values)));
    log('two', socket.write('two', (...values) => log('two written', ...values)));
    log('end', socket.end((...values) => log('ended', ...values)) === socket);
    socket.on('error', (error) => log('error', error.code, error.syscall, socket.destroyed, socket.connecting));
    socket.on('close', unixPart);
  }
  function unixPart(hadError) {
    const socket = net.connect('nobody.sock');
    watch(socket, 'unix', 'connect', 'ready', 'error', 'close');
    log('unix', socket.write('one', (...values) => log('unix written', ...values)), socket.pending);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
