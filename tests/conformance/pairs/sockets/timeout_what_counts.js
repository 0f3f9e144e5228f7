// What an idle timeout takes for activity: writes, data and the peer's end do, what is merely asked of the socket does not.
// why: A server that pauses or corks a connection must still be told that it is idle.
// rows: 5.setTimeout 5.event.timeout 5.stream.cork
const { log, net } = require('../../tracing');

const ours = {
  nothing: () => {},
  write: (s) => s.write('x'),
  empty: (s) => s.write(''),
  corked: (s) => { s.cork(); s.write('x'); },
  pause: (s) => s.pause(),
  resume: (s) => s.resume(),
  read: (s) => s.read(0),
  ref: (s) => s.ref(),
  noDelay: (s) => s.setNoDelay(),
  again: (s) => s.setTimeout(300),
};
const theirs = {
  data: (c) => c.write('y'),
  end: (c) => c.end(),
};
const names = [...Object.keys(ours), ...Object.keys(theirs)];
const peers = [];
const server = net.createServer({ allowHalfOpen: true }, (c) => { peers.push(c); c.on('error', () => {}); c.resume(); });
server.listen(0, '127.0.0.1', () => {
  let left = names.length;
  for (const name of names) {
    const options = { port: server.address().port, host: '127.0.0.1', allowHalfOpen: true };
    const told = [];
    const socket = net.connect(options, () => {
      if (name in theirs) socket.resume();
      socket.setTimeout(300);
      socket.once('timeout', () => told.push('timeout'));
      setTimeout(() => {
        const peer = peers.find((each) => each.remotePort === socket.localPort);
        if (name in ours) ours[name](socket);
        else theirs[name](peer);
      }, 150);
      setTimeout(() => told.push('later'), 400);
      setTimeout(() => { cases[name] = told; socket.destroy(); }, 700);
    });
    const cases = (server.cases ??= {});
    socket.on('close', () => {
      left -= 1;
      if (left > 0) return;
      for (const each of names) log(each, cases[each]);
      for (const each of peers) each.destroy();
      server.close();
    });
  }
});
