// An exception leaves the block of a server: it closes first, and waits, then the exception goes on.
// why: The exception must wait until the server is closed, or connections outlive the block that owns them.
// rows: 4.asyncDispose 8.9 4.event.close
'use strict';
const { once } = require('node:events');
const { log, net } = require('../../tracing');

async function main() {
  await using server = net.createServer((socket) => {
    log('connection');
    socket.resume();
    socket.on('end', () => log('server end'));
  });
  server.on('close', () => log('server close'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  client.resume();
  await once(client, 'connect');
  setTimeout(() => {
    log('while leaving', server.listening);
    client.end();
  }, 30);
  throw new Error('out of the block');
}

main();
