// As clients.py, on Node's net: PORT.
'use strict';
const net = require('net');
const readline = require('readline');
const port = Number(process.argv[2]);

function connect(left, done) {
  if (!left) return done();
  const socket = net.connect(port, '127.0.0.1', () => socket.write('x'));
  socket.on('data', () => socket.destroy());
  socket.on('close', () => connect(left - 1, done));
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const before = process.cpuUsage();
  connect(Number(line), () => {
    const used = process.cpuUsage(before);
    console.log((used.user + used.system) * 1000);
  });
});
