// A server and a socket heed rules that are removed later, and those that come with clear.
// why: A ban that is lifted must hold for the next connection, without a restart.
// rows: 2.removeAddress 2.clear 2.use.server 2.use.connect
'use strict';
const { log, net, watch } = require('../../tracing');

const list = new net.BlockList();
list.addAddress('127.0.0.1');
const server = net.createServer({ blockList: list }, (peer) => {
  log('accepted');
  peer.end('hello');
});
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  function one(options, then) {
    const socket = net.connect({ port, host: '127.0.0.1', ...options });
    watch(socket, 'socket', 'data', 'end', 'error', 'close');
    socket.on('close', () => setImmediate(then));
  }
  one({}, () => {
    one({ blockList: list }, () => {
      list.removeAddress('127.0.0.1');
      one({ blockList: list }, () => {
        list.addCIDR('127.0.0.0/8');
        one({ blockList: list }, () => {
          list.clear();
          one({ blockList: list }, () => server.close(() => log('closed')));
        });
      });
    });
  });
});
