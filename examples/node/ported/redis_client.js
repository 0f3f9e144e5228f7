'use strict';
// A Redis client: commands are pipelined, and a lost connection is opened again.
const { EventEmitter } = require('node:events');
const net = require('node:net');
const { Transform, pipeline } = require('node:stream');

// The reply that begins at `at` as {value, end}, or null if it is not all there yet.
function parse(buffer, at) {
  const lineEnd = buffer.indexOf('\r\n', at);
  if (lineEnd < 0) return null;
  const text = buffer.toString('utf8', at + 1, lineEnd);
  const next = lineEnd + 2;
  switch (buffer.toString('latin1', at, at + 1)) {
    case '+': return { value: text, end: next };
    case '-': return { value: new Error(text), end: next };
    case ':': return { value: Number(text), end: next };
    case '$': return parseBulk(buffer, next, Number(text));
    case '*': return parseArray(buffer, next, Number(text));
    default: throw new Error('not a reply of Redis');
  }
}

function parseBulk(buffer, at, length) {
  if (length < 0) return { value: null, end: at };
  const end = at + length;
  if (buffer.length < end + 2) return null;
  return { value: buffer.toString('utf8', at, end), end: end + 2 };
}

function parseArray(buffer, at, count) {
  const values = [];
  for (let i = 0; i < count; i++) {
    const item = parse(buffer, at);
    if (item === null) return null;
    values.push(item.value);
    at = item.end;
  }
  return { value: values, end: at };
}

// Bytes in, one object for each reply out.
class Replies extends Transform {
  constructor() {
    super({ readableObjectMode: true });
    this.rest = Buffer.alloc(0);
  }

  _transform(chunk, encoding, callback) {
    this.rest = Buffer.concat([this.rest, chunk]);
    let at = 0;
    try {
      for (let reply = parse(this.rest, at); reply !== null; reply = parse(this.rest, at)) {
        at = reply.end;
        this.push(reply);
      }
    } catch (error) {
      return callback(error);
    }
    this.rest = this.rest.subarray(at);
    callback();
  }

  _flush(callback) {
    callback(this.rest.length > 0 ? new Error('the server ended inside a reply') : null);
  }
}

function encode(words) {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}

class RedisClient extends EventEmitter {
  constructor(options) {
    super();
    this.options = options;
    this.pending = [];       // sent or to be sent, and not answered
    this.closing = false;
    this.delay = 10;         // ms before the next attempt
    this.open();
  }

  open() {
    this.socket = net.connect({ ...this.options, noDelay: true });
    this.socket.on('connect', () => {
      this.delay = 10;
      this.emit('connect');
      // What was lost on the way is sent again, in order.
      this.socket.cork();
      for (const { words } of this.pending) this.socket.write(encode(words));
      this.socket.uncork();
    });
    const replies = new Replies();
    replies.on('data', (reply) => this.answer(reply.value));
    pipeline(this.socket, replies, (error) => this.lost(error));
  }

  send(words, callback) {
    this.pending.push({ words, callback });
    if (!this.socket.connecting && this.socket.writable) this.socket.write(encode(words));
  }

  answer(value) {
    const { callback } = this.pending.shift();
    if (value instanceof Error) callback(value);
    else callback(null, value);
  }

  lost(error) {
    if (this.closing) return this.emit('close');
    this.emit('reconnecting', error);
    setTimeout(() => this.open(), this.delay);
    this.delay = Math.min(2 * this.delay, 1000);
  }

  quit() {
    this.send(['QUIT'], () => {
      this.closing = true;
    });
  }
}

// A port, or the path of a Unix socket.
const place = process.argv[2];
const port = Number(place);
const client = new RedisClient(port ? { port, host: '127.0.0.1' } : { path: place });
client.on('connect', () => console.log('connected'));
client.on('reconnecting', () => console.log('reconnecting'));
client.on('close', () => console.log('closed'));

const show = (label) => (error, value) =>
  console.log(label, error ? `failed: ${error.message}` : JSON.stringify(value));

client.send(['DEL', 'greeting', 'count', 'list'], show('DEL'));
client.send(['SET', 'greeting', 'grüß dich'], show('SET'));
client.send(['GET', 'greeting'], show('GET'));
client.send(['GET', 'nothing'], show('GET nothing'));
client.send(['INCR', 'greeting'], show('INCR greeting'));
let answered = 0;
for (let i = 1; i <= 1000; i++) {
  client.send(['INCR', 'count'], (error, value) => {
    if (value === i) answered++;
    if (i === 1000) console.log('answered in order:', answered);
  });
}
client.send(['RPUSH', 'list', 'a', 'b', 'x'.repeat(100000)], show('RPUSH'));
client.send(['LRANGE', 'list', '0', '1'], show('LRANGE'));
client.send(['LINDEX', 'list', '2'], (error, value) => console.log('LINDEX', value.length));
// The server cuts this very connection, and what was sent behind that is lost with it.
client.send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no'], show('CLIENT KILL'));
client.send(['GET', 'count'], show('GET count'));
client.quit();
