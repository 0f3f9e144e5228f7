// What write() refuses, and the encodings it takes.
// why: What counts as a chunk and which encodings exist is checked at the call, before a byte is queued.
// rows: 5.write
'use strict';
const { attempt, log, net } = require('../../tracing');

function main() {
  let received = '';
  function onConnection(peer) {
    server.close();
    peer.setEncoding('latin1');
    peer.on('data', (text) => { received += text; });
    peer.on('end', () => log('received', received));
  }
  const server = net.createServer(onConnection);
  function start() {
    const socket = net.connect(server.address().port, '127.0.0.1');
    function onConnect() {
      attempt('null', () => socket.write(null));
      attempt('number', () => socket.write(5));
      attempt('boolean', () => socket.write(true));
      attempt('array', () => socket.write([1, 2]));
      attempt('object', () => socket.write({ a: 1 }));
      attempt('encoding', () => socket.write('x', 'klingon'));
      log('utf8', socket.write('\u00e9', 'utf8'));
      log('upper', socket.write('|\u00e9', 'UTF-8'));
      log('latin1', socket.write('|\u00e9', 'latin1'));
      log('binary', socket.write('|\u00e8', 'binary'));
      log('hex', socket.write('7c41424', 'hex'));
      log('base64', socket.write('fEFCQw', 'base64'));
      log('base64url', socket.write('fD8_Pg', 'base64url'));
      log('ascii', socket.write('|abc', 'ascii'));
      log('ucs2', socket.write('|\u20ac', 'ucs2'));
      log('default', socket.setDefaultEncoding('latin1') === socket);
      log('with default', socket.write('|\u00e7'));
      attempt('default encoding', () => socket.setDefaultEncoding('klingon'));
      socket.end();
    }
    socket.on('connect', onConnect);
    socket.on('error', (error) => log('error', error));
    socket.resume();
  }
  server.listen(0, '127.0.0.1', start);
}

main();
