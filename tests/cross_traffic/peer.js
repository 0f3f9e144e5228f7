'use strict';
// One end of a connection that carries much in both directions: ROLE PLACE SIZE SCENARIO.
// Prints a JSON object: what it sent and received, by length and hash, and which events came.
const crypto = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const tls = require('node:tls');

const [role, place, size, scenario] = [process.argv[2], process.argv[3], Number(process.argv[4]), process.argv[5]];
const where = /^\d+$/.test(place) ? { port: Number(place), host: '127.0.0.1' } : { path: place };
const pem = (file) => fs.readFileSync(path.join(__dirname, '../conformance/certificates', `${file}.pem`));
const secure = scenario === 'tls';
const block = crypto.randomBytes(1 << 20);
const random = (below) => Math.floor(Math.random() * below);

function converse(socket) {
  const sent = crypto.createHash('sha256');
  const received = crypto.createHash('sha256');
  const report = { sent: 0, received: 0, events: {} };
  const note = (name) => (report.events[name] = (report.events[name] || 0) + 1);
  const silent = scenario === 'timeout' && role === 'client';

  function send() {
    let room = true;
    while (room && report.sent < size) {
      if (scenario === 'reset' && role === 'client' && report.sent > size / 2) {
        socket.resetAndDestroy();
        return;
      }
      const start = random(block.length - 1);
      const length = Math.min(1 + random(200000), block.length - start, size - report.sent);
      const chunk = block.subarray(start, start + length);
      sent.update(chunk);
      report.sent += length;
      room = socket.write(chunk);
      if (random(2000) === 0) return void setTimeout(send, random(4));
    }
    if (report.sent < size) socket.once('drain', send);
    else if (scenario !== 'reset') socket.end();
  }

  socket.on('data', (chunk) => {
    received.update(chunk);
    report.received += chunk.length;
    if (random(2000) === 0) {
      socket.pause();
      setTimeout(() => socket.resume(), random(4));
    }
  });
  // libuv takes a reset that comes with data for an end; who then writes learns better.
  if (scenario === 'reset') socket.on('end', () => socket.write('anybody there?'));
  for (const name of ['end', 'finish', 'timeout']) socket.on(name, () => note(name));
  socket.on('error', (error) => note(error.code));
  // A connection that is paused, and has sent everything, holds no program open.
  const hold = setInterval(() => {}, 1000);
  socket.on('close', (hadError) => {
    clearInterval(hold);
    note(hadError ? 'close after an error' : 'close');
    report.sentHash = sent.digest('hex');
    report.receivedHash = received.digest('hex');
    process.stdout.write(JSON.stringify(report) + '\n');
  });
  if (scenario === 'timeout' && role === 'server') socket.setTimeout(40);
  if (silent) setTimeout(send, 150);
  else send();
}

if (role === 'server') {
  const identity = { cert: pem('server-cert'), key: pem('server-key') };
  const onConnection = (socket) => {
    server.close();
    converse(socket);
  };
  const server = secure
    ? tls.createServer({ ...identity, allowHalfOpen: true }, onConnection)
    : net.createServer({ allowHalfOpen: true }, onConnection);
  server.listen(where.path ? where : { port: 0, host: '127.0.0.1' }, () => {
    const address = server.address();
    process.stdout.write((address.port || address) + '\n');
  });
} else {
  const options = { ...where, allowHalfOpen: true };
  const socket = secure
    ? tls.connect({ ...options, ca: pem('authority-cert'), servername: 'localhost' }, () => converse(socket))
    : net.connect(options, () => converse(socket));
}
