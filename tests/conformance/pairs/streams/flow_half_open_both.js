// allowHalfOpen on both ends: each end talks on after the other's end, and nothing closes by itself.
// why: With the option on both ends nothing ends by itself; a port that helped would cut the other direction.
// rows: 5.option.allowHalfOpen 5.end 8.2
'use strict';
const { log, net } = require('../../tracing');

function main() {
  function onConnection(peer) {
    server.close();
    const heard = [];
    peer.on('data', (data) => heard.push(data));
    peer.on('end', () => log('server end', Buffer.concat(heard), peer.readyState, peer.destroyed));
    peer.end('server first');
    log('server ended', peer.readyState, peer.writableEnded);
  }
  const server = net.createServer({ allowHalfOpen: true }, onConnection);
  function start() {
    const socket = net.connect({ path: 's.sock', allowHalfOpen: true });
    const heard = [];
    socket.on('data', (data) => heard.push(data));
    function onEnd() {
      log('client end', Buffer.concat(heard), socket.readyState, socket.destroyed);
      setTimeout(later, 30);
    }
    function later() {
      log('client later', socket.readyState, socket.write('client '), socket.destroyed);
      socket.end('last');
    }
    socket.on('end', onEnd);
  }
  server.listen('s.sock', start);
}

main();
