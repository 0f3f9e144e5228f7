// noDelay, keepAlive and keepAliveInitialDelay as options and as methods, before, while and after connecting.
// why: Options set before the connection exists must reach the kernel once it does; /proc shows whether they did.
// rows: 6.option.noDelay 6.option.keepAlive 6.option.keepAliveInitialDelay
const fs = require('node:fs');
const { log, net } = require('../../tracing');

// What the kernel says of the keep-alive timer of the connection from this port: tens of seconds left, or none.
function keepAliveTimer(socket) {
  const port = socket.localPort.toString(16).toUpperCase().padStart(4, '0');
  for (const line of fs.readFileSync('/proc/self/net/tcp', 'latin1').split('\n').slice(1)) {
    const columns = line.trim().split(/ +/);
    if (columns.length > 5 && columns[1].endsWith(':' + port) && columns[3] === '01') {
      const [kind, left] = columns[5].split(':');
      return kind === '02' ? Math.round(parseInt(left, 16) / 1000) : 'none';
    }
  }
  return 'no such connection';
}

const server = net.createServer((c) => {
  c.resume();
  c.write('go');
});
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const cases = [
    [{}, () => 0],
    [{ keepAlive: true, keepAliveInitialDelay: 100000 }, () => 0],
    [{ keepAlive: false, keepAliveInitialDelay: 100000 }, () => 0],
    [{ noDelay: true, keepAlive: true, keepAliveInitialDelay: 300999 }, () => 0],
    [{}, (socket) => socket.setKeepAlive(true, 200000)],
    [{ keepAlive: true, keepAliveInitialDelay: 100000 }, (socket) => socket.setKeepAlive(false)],
  ];
  function next() {
    const one = cases.shift();
    if (one === undefined) {
      server.close(() => log('server closed'));
      return;
    }
    const [options, change] = one;
    log('case', options);
    const client = net.connect({ port, host: '127.0.0.1', ...options });
    log('same', change(client) === client, client.setNoDelay() === client, client.setNoDelay(false) === client);
    client.on('data', (data) => {
      log('data', data, keepAliveTimer(client));
      log('on', client.setKeepAlive(true, 50000) === client, keepAliveTimer(client));
      log('off', client.setKeepAlive() === client, keepAliveTimer(client));
      log('again', client.setKeepAlive(true) === client, keepAliveTimer(client));
      client.end();
    });
    client.on('close', next);
  }
  next();
});
