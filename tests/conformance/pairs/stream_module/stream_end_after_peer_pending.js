// end(data) right after our side was ended for the peer, while that is still under way.
// why: The order of the error and the callback decides which of the two a program cleans up in.
// rows: 5.stream.writableEnded 5.write 8.6
'use strict';
const { log, net, watch } = require('../../tracing');

const server = net.createServer((peer) => {
  watch(peer, 'peer', 'finish', 'error', 'close');
  peer.resume();
  peer.on('end', () => {
    process.nextTick(() => {
      log('tick', peer.writableEnded);
      peer.end('later', (error) => log('end called back', error));
      log('returned', peer.destroyed);
    });
  });
});
server.listen('s.sock', () => {
  const client = net.connect('s.sock', () => client.end());
  client.on('error', () => {});
  client.resume();
  setTimeout(() => {
    client.destroy();
    server.close();
  }, 200);
});
