// end(data) and write inside of the end event, and right after our side was ended for the peer.
// why: Error before callback: a program that cleans up in its callback must have heard of the failure.
// rows: 5.stream.writableEnded 5.write 8.6
'use strict';
const { log, net, watch } = require('../../tracing');

const server = net.createServer((peer) => {
  watch(peer, 'peer', 'finish', 'error', 'close');
  peer.resume();
  peer.on('end', () => {
    process.nextTick(() => {
      log('tick', peer.writableEnded);
      setImmediate(() => {
        log('write', peer.write('late', (error) => log('written', error)));
        peer.end('later', (error) => log('end called back', error));
      });
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
