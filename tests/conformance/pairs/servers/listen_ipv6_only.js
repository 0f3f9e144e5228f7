// ipv6Only: '::' leaves IPv4 alone, so another server may have the same port there.
// why: Separate services per family need :: without IPv4; otherwise the second bind is EADDRINUSE.
// rows: 4.listen.options.ipv6Only 4.event.error
'use strict';
const { log, net } = require('../../tracing');

const six = net.createServer((socket) => socket.end('six'));
const four = net.createServer((socket) => socket.end('four'));
const both = net.createServer();

function visit(host, port, done) {
  const client = net.connect({ port, host });
  client.on('data', (data) => log(host, data, client.remoteFamily));
  client.on('error', (error) => log(host, error.code, error.address));
  client.on('close', (failed) => {
    log(`${host} close`, failed);
    done();
  });
}

function useBoth() {
  both.listen({ port: 0, host: '::', ipv6Only: false }, () => {
    const again = net.createServer();
    again.on('error', (error) => {
      log('taken', error.code, error.address);
      both.close(() => log('done'));
    });
    again.listen({ port: both.address().port, host: '0.0.0.0' });
  });
}

function sixListening() {
  const { address, family, port } = six.address();
  log('six', address, family);
  visit('::1', port, () => visit('127.0.0.1', port, () => {
    four.listen({ port, host: '0.0.0.0' }, () => {
      log('four', four.address().address, four.address().port === port);
      visit('127.0.0.1', port, () => {
        four.close();
        six.close(useBoth);
      });
    });
  }));
}

// A port that is free for IPv4: many are in use for a while after a client has closed.
const free = net.createServer().listen(0, '0.0.0.0', () => {
  const { port } = free.address();
  free.close(() => six.listen({ port, host: '::', ipv6Only: true }, sixListening));
});
