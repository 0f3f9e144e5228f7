// A path names a Unix domain socket in every entry that takes one.
// why: The path may come as a string or an option, to three functions; missing one sends the path to DNS as a host name.
// rows: 1.1 6.ipc 7.connect 7.createConnection 4.event.connection
'use strict';
const { log, net } = require('../../tracing');

const ways = [
  ['connect path', (done) => net.connect('s.sock', done)],
  ['connect options', (done) => net.connect({ path: 's.sock' }, done)],
  ['createConnection path', (done) => net.createConnection('s.sock', done)],
  ['createConnection options', (done) => net.createConnection({ path: './s.sock' }, done)],
  ['Socket connect path', (done) => new net.Socket().connect('s.sock', done)],
  ['Socket connect options', (done) => new net.Socket().connect({ path: 's.sock' }, done)],
];

const server = net.createServer((socket) => {
  socket.end('hello');
});

function next() {
  if (ways.length === 0) {
    log('close returns self', server.close(() => log('server closed')) === server);
    return;
  }
  const [label, way] = ways.shift();
  const client = way(() => log(`${label} listener`, client.readyState));
  log(`${label} pending`, client.pending, client.connecting, client.readyState);
  client.on('data', (data) => log(`${label} data`, data));
  client.on('end', () => log(`${label} end`));
  client.on('close', (failed) => {
    log(`${label} close`, failed);
    next();
  });
}

server.listen('s.sock', () => {
  log('address', server.address());
  next();
});
