// A path that is bound: listened at, connected from, and gone after its close.
// why: A client that is told by its path leaves files behind unless they go with it.
// rows: b.path b.listen b.connect b.close
'use strict';
const fs = require('node:fs');
const { attempt, log, net, watch } = require('../../tracing');

const server = net.createServer((peer) => {
  log('peer', peer.remoteAddress, peer.localAddress);
  peer.resume();
  peer.end('hello');
});
watch(server, 'server', 'listening', 'error', 'close');
server.listen(new net.BoundSocket({ path: 'server' }));
log('at once', server.listening, server.address(), fs.readdirSync('.'));
const socket = new net.Socket({ handle: new net.BoundSocket({ path: 'client' }) });
log('socket', socket.readyState, socket.pending, socket.localAddress, socket.localPort, socket.localFamily, socket.address());
watch(socket, 'socket', 'connectionAttempt', 'connect', 'data', 'end', 'error', 'close');
socket.connect('server');
log('connecting', socket.connecting, socket.pending, socket.localAddress, fs.readdirSync('.').sort());
socket.on('connect', () => log('connected', socket.localAddress, socket.address(), socket.remoteAddress));
socket.on('close', () => {
  log('gone', fs.readdirSync('.'), socket.localAddress, socket.address());
  server.close(() => {
    log('all gone', fs.readdirSync('.'), server.address());
    const refused = net.connect({ handle: new net.BoundSocket({ path: 'client' }), path: 'server' });
    watch(refused, 'refused', 'connectionAttemptFailed', 'error', 'close');
    refused.on('close', () => {
      log('left', fs.readdirSync('.'));
      attempt('no path', () => net.connect({ handle: new net.BoundSocket({ path: '\0x' + process.pid }), port: 9 }));
      const early = new net.Socket({ handle: new net.BoundSocket({ path: 'early' }) });
      watch(early, 'early', 'error', 'close');
      early.write('x');
      early.on('close', () => log('nothing left', fs.readdirSync('.')));
    });
  });
});
