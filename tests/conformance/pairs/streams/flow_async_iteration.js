// for await reads to the end, then the socket is closed.
// why: for await is reading to the end and then closing; a socket left open would leak one descriptor per loop.
// rows: 5.stream.asyncIteration 5.event.close
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const server = net.createServer((peer) => peer.end('iterate over me'));
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.setEncoding('utf8');
    watch(socket, 'socket', 'end', 'close', 'error');
    async function readAll() {
      let text = '';
      for await (const chunk of socket) {
        text += chunk;
      }
      log('done', text, socket.destroyed, socket.readableEnded);
      server.close();
    }
    socket.on('connect', readAll);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
