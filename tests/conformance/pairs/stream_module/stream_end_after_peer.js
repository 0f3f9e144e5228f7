// end(data) on a socket whose peer has ended, where half-open connections are off.
// why: The answer to a request that came with a FIN is lost; a program has to hear of that, once.
// rows: 5.stream.writableEnded 5.write 5.option.allowHalfOpen
'use strict';
const { log, net, watch } = require('../../tracing');

const server = net.createServer((peer) => {
  watch(peer, 'peer', 'finish', 'error', 'close');
  peer.resume();
  peer.on('end', () => {
    log('end', peer.writable, peer.writableEnded);
    setTimeout(() => {
      log('later', peer.writable, peer.writableEnded, peer.destroyed);
      peer.end('answer', (error) => log('end called back', error));
      log('returned', peer.destroyed);
    }, 50);
  });
});
server.listen('s.sock', () => {
  const client = net.connect({ path: 's.sock', allowHalfOpen: true }, () => client.end('x'));
  client.on('error', () => {});
  client.resume();
  setTimeout(() => {
    client.destroy();
    server.close();
  }, 200);
});
