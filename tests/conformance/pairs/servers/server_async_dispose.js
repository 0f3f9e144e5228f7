// Leaving the block of a server closes it and waits for its connections.
// why: Leaving the block means the server is closed and its connections are done, so what follows may free their state.
// rows: 4.asyncDispose 4.close
'use strict';
const { once } = require('node:events');
const { log, net } = require('../../tracing');

function accept(socket) {
  log('connection');
  socket.on('data', (data) => {
    log('server data', data);
    socket.end('bye');
  });
  socket.on('close', (failed) => log('server socket close', failed));
}

async function main() {
  let outside = null;
  {
    await using server = net.createServer(accept);
    outside = server;
    server.on('close', () => log('server close'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    log('listening', server.listening);
    const client = net.connect(server.address().port, '127.0.0.1');
    client.resume();
    await once(client, 'connect');
    setTimeout(() => {
      log('while leaving', server.listening, server.address());
      client.write('now');
    }, 30);
    log('leaving');
  }
  setTimeout(() => log('left', outside.listening), 10);
}

main();
