// writableEnded of a socket that is destroyed while its end is pending, connecting and connected.
// why: Whether it has ended is asked in the close event, to tell a cut answer from a whole one.
// rows: 5.stream.writableEnded 5.destroy
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((peer) => peer.resume().on('error', () => {}));
function show(label, socket) {
  log(label, socket.writable, socket.writableEnded, socket.writableFinished, socket.destroyed);
}
function run(label, prepare, next) {
  const socket = net.connect('s.sock');
  socket.on('error', () => {});
  socket.on('finish', () => log(`${label} finish`));
  socket.on('close', (failed) => {
    show(`${label} close`, socket);
    next();
  });
  prepare(socket);
}
const destroyed = (label) => (socket) => {
  socket.end('x', (error) => log(`${label} ended`, error));
  show(label, socket);
  socket.destroy();
  show(`${label} destroyed`, socket);
};
server.listen('s.sock', () => {
  run('connecting', destroyed('connecting'), () =>
    run('connected', (socket) => socket.on('connect', () => destroyed('connected')(socket)), () => server.close()),
  );
});
