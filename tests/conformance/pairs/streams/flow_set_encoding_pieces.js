// What each data event holds when a character comes byte by byte, and an unfinished one at the end.
// why: An incomplete character waits for its rest, without an empty data event, and at the end becomes one U+FFFD.
// rows: 5.setEncoding 5.event.end
'use strict';
const { attempt, log, net, watch } = require('../../tracing');

function main() {
  const units = [0x41, 0xe2, 0x82, 0xac, 0xc3, 0xa9, 0xf0, 0x9f, 0x98];
  function onConnection(peer) {
    server.close();
    let index = 0;
    function sendNext() {
      if (index === units.length) {
        peer.end();
      } else {
        peer.write(Buffer.from([units[index]]));
        index += 1;
        setTimeout(sendNext, 15);
      }
    }
    sendNext();
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.setEncoding();
    log('encoding', socket.readableEncoding);
    watch(socket, 'socket', 'data', 'end', 'close');
    attempt('unknown', () => socket.setEncoding('klingon'));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
