// A forwarder made of two pipelines through a transform, between two connections.
// why: The commonest program that needs a pipeline: one side that vanishes must close the other.
// rows: s.pipeline s.Transform 5.stream.pipe
'use strict';
const stream = require('node:stream');
const { log, net } = require('../../tracing');

const seen = {};
function note(label, value) {
  seen[label] = value === undefined ? null : value;
  const keys = Object.keys(seen).sort();
  if (keys.length === 5) for (const key of keys) log(key, seen[key]);
}
const upper = () => new stream.Transform({ transform: (chunk, encoding, done) => done(null, String(chunk).toUpperCase()) });
const upstream = net.createServer((peer) => {
  peer.setEncoding('utf8');
  peer.on('data', (text) => peer.end('bye ' + text));
});
const forwarder = net.createServer({ allowHalfOpen: true }, (client) => {
  const target = net.connect({ path: 'up.sock', allowHalfOpen: true });
  stream.pipeline(client, upper(), target, (error) => note('to the target', error === undefined));
  stream.pipeline(target, client, (error) => {
    note('to the client', error === undefined);
    forwarder.close(() => note('closed', true));
    upstream.close();
  });
});
upstream.listen('up.sock', () => {
  forwarder.listen('s.sock', () => {
    const client = net.connect('s.sock', () => client.end('hello'));
    client.setEncoding('utf8');
    client.on('data', (text) => note('client got', text));
    client.on('close', (failed) => note('client failed', failed));
  });
});
