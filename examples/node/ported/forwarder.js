'use strict';
// Forwards lines to another server and back, with passwords blotted out. SIGTERM aborts what is open.
const net = require('node:net');
const { Transform, addAbortSignal, finished, pipeline } = require('node:stream');

const MAX_LINE = 4096;

// Whole lines in, whole lines out; a last one without an end is a line as well.
class Blotter extends Transform {
  constructor() {
    super({ encoding: 'utf8', decodeStrings: false });
    this.rest = '';
  }

  _transform(text, encoding, callback) {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop();
    for (const line of lines) this.push(this.blot(line) + '\n');
    callback(this.rest.length > MAX_LINE ? new Error('line too long') : null);
  }

  _flush(callback) {
    callback(null, this.rest ? this.blot(this.rest) : undefined);
  }

  blot(line) {
    return line.replace(/password=\S+/g, 'password=***');
  }
}

const [port, upstreamPort] = process.argv.slice(2).map(Number);
const strangers = new net.BlockList();
strangers.addSubnet('127.0.0.2', 31);
const stop = new AbortController();
let visits = 0;

const why = (error) => (error ? error.code || error.message : 'ended');

const server = net.createServer({ allowHalfOpen: true, blockList: strangers }, (client) => {
  const name = `visit ${++visits}`;
  console.log(name, 'from', client.remoteAddress);
  client.setEncoding('utf8');
  addAbortSignal(stop.signal, client);
  const upstream = net.connect({ port: upstreamPort, host: '127.0.0.1', allowHalfOpen: true });
  pipeline(client, new Blotter(), upstream, client, (error) => {
    console.log(name, 'is over:', why(error));
    client.destroy();
  });
  finished(upstream, (error) => console.log(name, 'upstream:', why(error)));
});

server.listen(port, '127.0.0.1', () => console.log('listening on', server.address().port));
process.on('SIGTERM', (signal) => {
  console.log('aborting after', signal);
  server.close(() => console.log('closed'));
  stop.abort();
});
