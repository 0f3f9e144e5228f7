// cork() holds writes back, nests, and uncork() sends them; end() uncorks.
// why: cork() batches small writes into one packet; it nests, and end() must not leave them behind.
// rows: 5.stream.cork 5.stream.uncork 5.write
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const chunks = [];
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => chunks.push(data));
    peer.on('end', () => log('received', Buffer.concat(chunks)));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    function show(stage) {
      log(stage, socket.writableCorked, socket.writableLength, socket.bytesWritten);
    }
    function onConnect() {
      log('cork', socket.cork(), socket.writableCorked);
      log('a', socket.write('a', (...values) => log('a written', ...values)));
      socket.cork();
      log('b', socket.write('b', (...values) => log('b written', ...values)));
      show('corked twice');
      socket.uncork();
      show('uncorked once');
      setTimeout(later, 20);
    }
    function later() {
      show('later');
      log('uncork', socket.uncork());
      show('uncorked');
      socket.uncork();
      show('once more');
      setTimeout(last, 20);
    }
    function last() {
      show('last');
      socket.cork();
      socket.write('c', (...values) => log('c written', ...values));
      socket.write('d', (...values) => log('d written', ...values));
      socket.end('e', (...values) => log('ended', ...values));
      show('ended');
    }
    socket.on('connect', onConnect);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
