// The blockList option: a blocked address is an attempt, an error and no failed event.
// why: The option works on a socket that is made first and connected later, as an event and never as an exception.
// rows: 5.option.blockList 2.use.connect 5.event.error
'use strict';
const { attempt, log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end());
  const blocked = new net.BlockList();
  blocked.addAddress('127.0.0.1');
  const other = new net.BlockList();
  other.addAddress('127.0.0.9');
  function start() {
    const port = server.address().port;
    attempt('wrong', () => new net.Socket({ blockList: 'x' }));
    const names = ['connectionAttempt', 'connectionAttemptFailed', 'connect', 'end', 'error', 'close'];
    const socket = new net.Socket({ blockList: blocked });
    watch(socket, 'blocked', ...names);
    socket.connect(port, '127.0.0.1');
    log('state', socket.connecting, socket.destroyed);
    function second(hadError) {
      const free = net.connect({ port: port, host: '127.0.0.1', blockList: other });
      watch(free, 'free', ...names);
      free.resume();
      free.on('close', (hadError) => server.close());
    }
    socket.on('close', second);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
