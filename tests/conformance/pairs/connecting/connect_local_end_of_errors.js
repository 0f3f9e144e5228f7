// Which errors of a connect say where it would have come from: localAddress, localPort, or neither.
// why: A client bound to one of several addresses logs error.localAddress; with it in the text alone the log says undefined.
// rows: 6.option.localAddress 6.option.localPort
const { log, net } = require('../../tracing');

function told(label, error) {
  log(label, error, error.localAddress, error.localPort);
}
const busy = net.createServer();
const closed = net.createServer();
busy.listen(0, '127.0.0.1', () => closed.listen(0, '127.0.0.1', () => {
  const port = closed.address().port;
  const used = busy.address().port;
  const host = '127.0.0.1';
  const both = [{ address: host, family: 4 }, { address: '127.0.0.2', family: 4 }];
  const cases = {
    address: { host, localAddress: host },
    port: { host, localPort: 20211 },
    both: { host, localAddress: host, localPort: 20212 },
    six: { host: '::1', localAddress: '::1', localPort: 20213 },
    inUse: { host, localAddress: host, localPort: used },
    notOurs: { host, localAddress: '192.0.2.1', localPort: 20214 },
    otherFamily: { host, localAddress: '::1', localPort: 20215 },
    unreachable: { host: '255.255.255.255', localPort: 20216 },
    several: { host: 'some.name', localPort: 20217, lookup: (name, options, answer) => answer(null, both) },
    half: { host, localPort: 20218.5 },
    large: { host, localPort: 20219 + 65536 },
    negative: { host, localPort: 20220 - 65536 },
  };
  const names = Object.keys(cases);
  function next() {
    const name = names.shift();
    if (name === undefined) return busy.close();
    const socket = net.connect({ port, ...cases[name] });
    socket.on('connectionAttemptFailed', (address, port, family, error) => told(`${name} attempt`, error));
    socket.on('error', (error) => {
      told(name, error);
      for (const each of error.errors ?? []) told(`${name} part`, each);
    });
    socket.on('close', () => setImmediate(next));
  }
  closed.close(next);
}));
