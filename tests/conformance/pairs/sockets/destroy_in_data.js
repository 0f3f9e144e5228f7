// destroy() inside a data listener: nothing more is read, no end, and the peer sees it.
// why: A parser that sees garbage destroys the socket in the data listener; a further data event would hit it again.
// rows: 5.destroy 5.event.data 8.1
'use strict';
const { log, net } = require('../../tracing');

function main() {
  const steps = [];
  let socket = null;
  function onConnection(peer) {
    server.close();
    peer.write('first');
    peer.on('data', (data) => log('never', data));
    peer.on('error', (error) => log('never', error));
    peer.on('end', () => log('peer end', peer.readyState));
    peer.on('close', (hadError) => log('peer close', hadError, steps));
  }
  const server = net.createServer({ allowHalfOpen: false }, onConnection);
  function start() {
    socket = net.connect(server.address().port, '127.0.0.1');
    log('start', socket.destroyed, socket.readable);
    function onData(data) {
      steps.push(['data', data, socket.read()]);
      socket.destroy();
      steps.push(['destroyed', socket.readable, socket.readableLength]);
    }
    socket.on('data', onData);
    socket.on('end', () => log('never end'));
    socket.on('close', (hadError) => steps.push(['close', hadError]));
  }
  server.listen(0, '127.0.0.1', start);
}

main();
