// Our own end is no activity: it neither puts a pending timeout off nor brings a second one.
// why: Servers answer `timeout` with end(); if that counted as activity they would be told twice of the same silence.
// rows: 5.setTimeout 5.event.timeout 5.end
const { log, net } = require('../../tracing');

const cases = {
  pending: (socket) => setTimeout(() => socket.end(), 100),
  within: (socket) => socket.once('timeout', () => socket.end()),
};
const peers = [];
let ends = 0;
const server = net.createServer({ allowHalfOpen: true }, (c) => {
  peers.push(c);
  c.on('end', () => { ends += 1; });
  c.resume();
});
server.listen(0, '127.0.0.1', () => {
  const names = Object.keys(cases);
  function next() {
    const name = names.shift();
    if (name === undefined) {
      for (const each of peers) each.destroy();
      server.close();
      return;
    }
    const options = { port: server.address().port, host: '127.0.0.1', allowHalfOpen: true };
    const socket = net.connect(options, () => {
      socket.setTimeout(200);
      socket.on('timeout', () => log(`${name} timeout`));
      cases[name](socket);
      setTimeout(() => log(`${name} after the first`), 280);
      setTimeout(() => socket.destroy(), 600);
    });
    socket.on('close', () => {
      log(`${name} ends seen`, ends);
      next();
    });
  }
  next();
});
