// onread with one buffer: the callback gets the count and that very buffer; no data events.
// why: The buffer is reused for every read: the callback must get that very object and the count of valid bytes.
// rows: 5.option.onread 5.event.end 5.bytesRead
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const buffer = Buffer.alloc(4, '.');
  let seen = '';
  let same = true;
  function onRead(count, filled) {
    same = same && filled === buffer && count <= 4;
    seen += filled.subarray(0, count).toString();
    return true;
  }
  const server = net.createServer((peer) => peer.end('hello over onread'));
  function start() {
    const options = { port: server.address().port, host: '127.0.0.1', onread: { buffer: buffer, callback: onRead } };
    const socket = net.connect(options);
    watch(socket, 'socket', 'connect', 'data', 'end', 'finish', 'close');
    function onClose(hadError) {
      log('seen', seen, same, socket.bytesRead, hadError);
      server.close();
    }
    socket.on('close', onClose);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
