// The options of connect() that the constructor and setTimeout() refuse.
// why: connect() hands its options to the constructor and to setTimeout(), so their complaints come out of connect() as well.
// rows: 6.option.timeout 6.option.blockList 6.factory 5.option.signal
const { attempt, net } = require('../../tracing');

for (const timeout of ['x', -1, true]) {
  attempt('timeout', () => net.connect({ port: 9, host: '127.0.0.1', timeout }));
}
attempt('keepAliveInitialDelay', () => net.connect({ port: 9, host: '127.0.0.1', keepAliveInitialDelay: 'x' }));
for (const blockList of [5, 'x', {}]) {
  attempt('blockList', () => net.connect({ port: 9, host: '127.0.0.1', blockList }));
}
for (const signal of [5, {}, 'x']) {
  attempt('signal', () => net.connect({ port: 9, host: '127.0.0.1', signal }));
}
attempt('objectMode', () => net.connect({ port: 9, host: '127.0.0.1', objectMode: true }));
attempt('readableObjectMode', () => new net.Socket({ readableObjectMode: true }));
attempt('writableObjectMode', () => new net.Socket({ writableObjectMode: true }));
attempt('fd', () => new net.Socket({ fd: -1 }));
attempt('fd', () => new net.Socket({ fd: 'x' }));
attempt('fd of no socket', () => new net.Socket({ fd: 4000000 }));
attempt('no options', () => new net.Socket(undefined).readyState);
