// listen() twice before a host is bound, and close() between the two.
// why: Until a host is bound Node does not count the server as listening, so a second listen() wins over the first.
// rows: 4.listening 4.event.listening 4.close
'use strict';
const { attempt, log, net } = require('../../tracing');

function twice() {
  const server = net.createServer();
  server.on('listening', () => {
    log('listening', server.address().address);
    server.close(() => log('closed', server.listening));
  });
  server.on('error', (error) => log('error', error.code));
  server.listen(0, '127.0.0.1', () => log('first callback'));
  attempt('again', () => server.listen(0, '127.0.0.2', () => log('second callback')) === server);
}

function between() {
  const server = net.createServer();
  server.on('listening', () => log('listening', server.address().address));
  server.on('close', () => log('close'));
  server.on('error', (error) => log('error', error.code));
  server.listen(0, '127.0.0.1', () => log('first callback'));
  server.close((error) => log('close callback', error));
  attempt('after close', () => server.listen(0, '127.0.0.2', () => log('second callback')) === server);
  setTimeout(() => server.close(() => {
    log('closed');
    twice();
  }), 30);
}

between();
