// A server with allowHalfOpen answers after the client has ended, and stays writable until it ends itself.
// why: A request ended by FIN is answered afterwards: the server must stay writable until it ends itself.
// rows: 5.option.allowHalfOpen 5.event.end 8.2
'use strict';
const { log, net } = require('../../tracing');

function main() {
  let asked = '';
  function onConnection(peer) {
    server.close();
    peer.on('data', (data) => { asked += data.toString(); });
    function later() {
      log('server later', peer.write('an'), peer.readyState);
      peer.end('swer');
    }
    function onEnd() {
      log('server end', asked, peer.readyState, peer.writable, peer.readable, peer.readableEnded);
      setTimeout(later, 20);
    }
    peer.on('end', onEnd);
  }
  const server = net.createServer({ allowHalfOpen: true }, onConnection);
  function start() {
    let answer = '';
    const steps = [];
    const socket = net.connect('s.sock');
    socket.on('data', (data) => { answer += data.toString(); });
    socket.on('finish', () => steps.push(['finish', socket.readyState]));
    socket.on('end', () => log('end', answer, socket.readyState, steps));
    socket.on('close', (hadError) => log('close', hadError));
    log('end returns', socket.end('question') === socket, socket.writableEnded, socket.writableFinished);
  }
  server.listen('s.sock', start);
}

main();
