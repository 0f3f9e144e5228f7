// A write of which some went at once, to a peer that never reads: the silence is told after the second period.
// why: Whoever destroys a socket at `timeout` gives a slow peer as long as on Node, not half of that.
// rows: 5.setTimeout 5.event.timeout 5.write
const { log, net } = require('../../tracing');

const large = Buffer.alloc(32 << 20);
const cases = {
  before: (socket) => { socket.setTimeout(200); socket.write(large); },
  after: (socket) => { socket.write(large); socket.setTimeout(200); },
  corked: (socket) => { socket.setTimeout(200); socket.cork(); socket.write(large); socket.write(large); socket.uncork(); },
  followed: (socket) => { socket.setTimeout(200); socket.write(large); socket.write('x'); },
};
const peers = [];
const server = net.createServer({ pauseOnConnect: true }, (c) => { c.on('error', () => {}); peers.push(c); });
server.listen(0, '127.0.0.1', () => {
  const names = Object.keys(cases);
  function next() {
    const name = names.shift();
    if (name === undefined) {
      for (const each of peers) each.destroy();
      server.close();
      return;
    }
    const socket = net.connect(server.address().port, '127.0.0.1', () => {
      setTimeout(() => log(`${name} one period`), 300);
      cases[name](socket);
      socket.on('timeout', () => { log(`${name} timeout`); socket.destroy(); });
    });
    socket.on('error', () => {});
    socket.on('close', next);
  }
  next();
});
