// onread with a function: it is asked for a buffer before each read.
// why: Asking for each buffer lets a program keep the filled ones; asking too rarely would overwrite data in use.
// rows: 5.option.onread
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  let asked = 0;
  let reads = 0;
  let text = '';
  const sizes = [3, 5, 100];
  function nextBuffer() {
    const size = sizes[asked % 3];
    asked += 1;
    return Buffer.alloc(size, '-');
  }
  function onRead(count, filled) {
    reads += 1;
    log('read', count, filled.length, filled.subarray(0, count));
    text += filled.subarray(0, count).toString();
    return true;
  }
  const server = net.createServer((peer) => peer.end('abcdefghijklmnop'));
  function start() {
    const options = { port: server.address().port, host: '127.0.0.1', onread: { buffer: nextBuffer, callback: onRead } };
    const socket = net.connect(options);
    watch(socket, 'socket', 'data', 'end', 'close');
    function onClose(hadError) {
      log('text', text, reads, asked, hadError);
      server.close();
    }
    socket.on('close', onClose);
  }
  server.listen(0, '127.0.0.1', start);
}

main();
