// What Socket.connect refuses, with its words.
// why: A refused connect() leaves the socket new: no event, no handle, ready for a correct call.
// rows: 5.connect 6.tcp
'use strict';
const { attempt, net, watch } = require('../../tracing');

function main() {
  const socket = new net.Socket();
  watch(socket, 'socket', 'error', 'close');
  attempt('nothing', () => socket.connect());
  attempt('empty', () => socket.connect({}));
  attempt('port string', () => socket.connect({ port: 'x' }));
  attempt('port large', () => socket.connect({ port: 65536 }));
  attempt('port negative', () => socket.connect(-1));
  attempt('port boolean', () => socket.connect({ port: true }));
  attempt('host number', () => socket.connect({ port: 80, host: 5 }));
  attempt('path number', () => socket.connect({ path: 5 }));
  attempt('lookup', () => socket.connect({ port: 80, host: 'localhost', lookup: 'x' }));
  attempt('local port', () => socket.connect({ port: 80, host: '127.0.0.1', localPort: 'x' }));
  attempt('local address', () => socket.connect({ port: 80, host: '127.0.0.1', localAddress: 'nonsense' }));
  attempt('auto', () => socket.connect({ port: 80, host: '127.0.0.1', autoSelectFamily: 'x' }));
  attempt('auto timeout', () => socket.connect({ port: 80, host: '127.0.0.1', autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 0 }));
}

main();
