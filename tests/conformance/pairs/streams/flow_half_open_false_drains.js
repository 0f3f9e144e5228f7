// allowHalfOpen false ends after draining: a large answer still arrives after the client's end.
// why: The automatic end waits for the write queue: ending at the FIN would truncate a large answer.
// rows: 8.2 5.option.allowHalfOpen 5.event.drain
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const size = 3000000;
  const serverSide = [];
  function onConnection(peer) {
    server.close();
    function record(name) {
      peer.on(name, (...values) => serverSide.push([name, ...values]));
    }
    for (const name of ['drain', 'end', 'finish', 'close']) {
      record(name);
    }
    peer.resume();
    serverSide.push(['write', peer.write(Buffer.alloc(size, 'x'), (...values) => serverSide.push(['written', ...values]))]);
  }
  const server = net.createServer(onConnection);
  server.on('close', () => log('server side', serverSide));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    let total = 0;
    socket.on('data', (data) => { total += data.length; });
    watch(socket, 'socket', 'finish');
    socket.on('end', () => log('end', total, total === size, socket.bytesRead === size));
    socket.on('connect', () => socket.end());
  }
  server.listen(0, '127.0.0.1', start);
}

main();
