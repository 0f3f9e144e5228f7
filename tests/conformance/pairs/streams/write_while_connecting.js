// Writes made while connecting wait, are written in order and call back after connect.
// why: Programs write right after connect(); waiting for the event must not be needed, nor change the order.
// rows: 5.write 8.5 5.connecting
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  let received = '';
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => { received += data.toString(); });
    peer.on('end', () => log('received', received));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'connect', 'ready', 'drain');
    log('one', socket.write('one ', (...values) => log('one written', ...values)), socket.connecting);
    log('two', socket.write('two ', (...values) => log('two written', ...values)), socket.writableLength);
    socket.on('connect', () => log('three', socket.write('three ', (...values) => log('three written', ...values))));
    function onReady() {
      log('four', socket.write('four', (...values) => log('four written', ...values)));
      socket.end();
    }
    socket.on('ready', onReady);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
