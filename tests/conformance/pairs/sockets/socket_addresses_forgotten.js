// The remote end when both sides have ended: the system has forgotten it, unless it was asked before.
// why: A log line about who left has the peer's address only if the program asked while it was there.
// rows: 5.remoteAddress 5.remotePort 5.remoteFamily
'use strict';
const { log, net } = require('../../tracing');

let over;
const server = net.createServer((peer) => {
  peer.resume();
  peer.on('close', () => over('server closed', peer.remoteAddress, peer.remoteFamily));
});
function round(label, asked, next) {
  // Which side closes first, nobody promises.
  const closed = [];
  over = (...line) => {
    if (closed.push(line) < 2) return;
    for (const each of closed.sort()) log(label, ...each);
    next();
  };
  const socket = net.connect(server.address().port, '127.0.0.1', () => {
    if (asked) log(`${label} asked`, socket.remoteAddress);
    socket.end();
  });
  socket.resume();
  socket.on('end', () => {
    log(`${label} end`, socket.remoteAddress, socket.remoteFamily, socket.remotePort === undefined);
  });
  socket.on('close', () => {
    over('client closed', socket.remoteAddress, socket.remoteFamily);
  });
}
server.listen(0, '127.0.0.1', () => {
  round('late', false, () => round('early', true, () => server.close()));
});
