// Leaving the block of a server that never listened, or has closed, is no error.
// why: Cleanup runs whether or not the server was ever started; an error there would hide the real one.
// rows: 4.asyncDispose 4.close
'use strict';
const { once } = require('node:events');
const { log, net } = require('../../tracing');

async function main() {
  {
    await using server = net.createServer();
    server.on('close', () => log('never listened, close'));
    log('not listening', server.listening);
  }
  log('left');
  {
    await using server = net.createServer();
    server.on('close', () => log('close'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.close((error) => log('close callback', error));
    await once(server, 'close');
    log('closed');
  }
  log('left again');
  {
    await using server = net.createServer();
    server.on('close', () => log('path close'));
    server.listen('s.sock');
    log('path', server.address());
  }
  log('left at last');
}

main();
