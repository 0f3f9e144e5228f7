'use strict';
// A SOCKS5 server (RFC 1928) without authentication: curl --socks5-hostname localhost:1080 URL
const net = require('node:net');
const { finished } = require('node:stream');

const REPLY = { ECONNREFUSED: 5, ENOTFOUND: 4, EHOSTUNREACH: 4, ENETUNREACH: 3, ETIMEDOUT: 4 };
const NAME = 3;

function answer(socket, code) {
  socket.write(Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]));
}

// The address of a request: {host, port, length}, or null if it is not all there yet.
function target(buffer) {
  if (buffer.length < 5) return null;
  const kind = buffer[3];
  const size = kind === 1 ? 4 : kind === 4 ? 16 : kind === NAME ? 1 + buffer[4] : 0;
  const length = 4 + size + 2;
  if (buffer.length < length) return null;
  const bytes = buffer.subarray(4, 4 + size);
  return { host: hostText(kind, bytes), port: buffer.readUInt16BE(4 + size), length };
}

function hostText(kind, bytes) {
  if (kind === 1) return bytes.join('.');
  if (kind === NAME) return bytes.toString('latin1', 1);
  const groups = [];
  for (let i = 0; i < 16; i += 2) groups.push(bytes.readUInt16BE(i).toString(16));
  return groups.join(':');
}

class Visit {
  constructor(client) {
    this.client = client;
    this.buffer = Buffer.alloc(0);
    this.step = this.greet;
    client.setTimeout(10000, () => client.destroy());   // nobody holds a place by being silent
    client.on('error', () => {});                       // a visitor may always be lost
    this.onData = (chunk) => this.read(chunk);
    client.on('data', this.onData);
  }

  read(chunk) {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    while (this.step !== null && this.step());
  }

  take(length) {
    const taken = this.buffer.subarray(0, length);
    this.buffer = this.buffer.subarray(length);
    return taken;
  }

  refuse(code, why) {
    console.log('refused:', why);
    this.step = null;
    this.client.removeListener('data', this.onData);
    if (code !== null) answer(this.client, code);
    this.client.end();
    this.client.resume();
    return false;
  }

  greet() {
    if (this.buffer[0] !== 5) return this.refuse(null, 'not SOCKS5');
    if (this.buffer.length < 2 || this.buffer.length < 2 + this.buffer[1]) return false;
    const methods = this.take(2 + this.buffer[1]).subarray(2);
    if (!methods.includes(0)) {
      this.client.write(Buffer.from([5, 0xff]));
      return this.refuse(null, 'no method in common');
    }
    this.client.write(Buffer.from([5, 0]));
    this.step = this.request;
    return true;
  }

  request() {
    if (this.buffer.length < 4) return false;
    if (this.buffer[1] !== 1) return this.refuse(7, 'not CONNECT');
    if (![1, NAME, 4].includes(this.buffer[3])) return this.refuse(8, 'no such kind of address');
    const wanted = target(this.buffer);
    if (wanted === null) return false;
    this.take(wanted.length);
    this.step = null;
    this.connect(wanted);
    return false;
  }

  connect({ host, port }) {
    this.client.pause();
    this.client.removeListener('data', this.onData);
    const upstream = net.connect({ host, port });
    const failed = (error) => this.refuse(REPLY[error.code] || 1, error.code);
    upstream.once('error', failed);
    upstream.once('connect', () => {
      upstream.off('error', failed);
      upstream.on('error', () => {});
      this.forward(upstream);
    });
    this.client.once('close', () => upstream.destroy());
  }

  forward(upstream) {
    console.log('connected');
    this.client.setTimeout(0);
    answer(this.client, 0);
    if (this.buffer.length > 0) upstream.write(this.buffer);
    this.client.pipe(upstream);
    upstream.pipe(this.client);
    finished(upstream, (error) => {
      if (error) this.client.destroy();
      console.log('done:', error ? error.code : `${upstream.bytesRead > 0 ? 'some' : 'no'} answer`);
    });
  }
}

const server = net.createServer({ allowHalfOpen: true }, (client) => new Visit(client));
server.on('error', (error) => {
  console.log('cannot listen:', error.code);
  process.exitCode = 1;
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening on', server.address().port));
process.on('SIGTERM', (signal) => {
  console.log('closing after', signal);
  server.close(() => console.log('closed'));
});
