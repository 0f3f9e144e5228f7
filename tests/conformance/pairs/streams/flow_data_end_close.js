// The plain life of a connection: data, end, finish and close, with allowHalfOpen false on both ends.
// why: The order data, end, finish, close on both sides is the base that everything else is built on.
// rows: 5.event.data 5.event.end 5.event.close 5.stream.finish 8.1 8.2
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  let received = '';
  const serverSide = [];
  function onConnection(peer) {
    server.close();
    function record(name) {
      peer.on(name, (...values) => serverSide.push([name, ...values]));
    }
    for (const name of ['end', 'finish', 'close']) {
      record(name);
    }
    peer.on('data', (data) => peer.write(data));
  }
  const server = net.createServer(onConnection);
  server.on('close', () => log('server side', serverSide));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'connect', 'ready', 'end', 'finish', 'close');
    function onData(data) {
      received += data.toString();
      if (received.length === 5) {
        log('received', received);
        socket.end();
      }
    }
    socket.on('data', onData);
    socket.write('hello');
  }
  server.listen(0, '127.0.0.1', start);
}

main();
