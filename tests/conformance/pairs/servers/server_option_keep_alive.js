// keepAlive and keepAliveInitialDelay are set on every accepted socket, milliseconds cut to seconds.
// why: Dead peers behind a NAT are only found by probes; /proc shows that the kernel got the delay in whole seconds.
// rows: 4.option.keepAlive 4.option.keepAliveInitialDelay 5.setKeepAlive
'use strict';
const fs = require('node:fs');
const { log, net } = require('../../tracing');

// The kernel's own table tells the timer of a connection: 2 is keep-alive, with its ticks of 10 ms; in tens of seconds, since reading it takes a while.
function keepAliveSeconds(port, peer) {
  const hex = (number) => number.toString(16).toUpperCase().padStart(4, '0');
  for (const line of fs.readFileSync('/proc/net/tcp', 'latin1').split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields.length < 6 || !fields[1].endsWith(`:${hex(port)}`) || !fields[2].endsWith(`:${hex(peer)}`)) continue;
    const [kind, ticks] = fields[5].split(':');
    return kind === '02' ? Math.ceil(parseInt(ticks, 16) / 1000) * 10 : null;
  }
  return 'no such connection';
}

const ways = [
  {},
  { keepAlive: true },
  { keepAlive: true, keepAliveInitialDelay: 20000 },
  { keepAlive: true, keepAliveInitialDelay: 2999 },
  { keepAlive: true, keepAliveInitialDelay: 500 },
  { keepAlive: true, keepAliveInitialDelay: -1 },
  { keepAlive: false, keepAliveInitialDelay: 20000 },
];

function next() {
  if (ways.length === 0) return;
  const options = ways.shift();
  const server = net.createServer(options, (socket) => {
    log('accepted', options, keepAliveSeconds(socket.localPort, socket.remotePort));
    log('again', socket.setKeepAlive(true, 30000) === socket, keepAliveSeconds(socket.localPort, socket.remotePort));
    socket.setKeepAlive(false);
    log('off', keepAliveSeconds(socket.localPort, socket.remotePort));
    socket.end();
  });
  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1');
    client.resume();
    client.on('close', () => server.close(next));
  });
}

next();
