// ipv6Only without a host, and with an IPv4 host.
// why: ipv6Only must also hold when the host is left out, and mean nothing on an IPv4 address.
// rows: 4.listen.options.ipv6Only 4.listen.options.host
'use strict';
const { log, net } = require('../../tracing');

function visit(port, done) {
  const client = net.connect({ port, host: '127.0.0.1' });
  client.on('data', (data) => log('data', data));
  client.on('error', (error) => log('error', error.code));
  client.on('close', () => done());
}

function listenAt(options, done) {
  const server = net.createServer((socket) => socket.end('hello'));
  server.on('error', (error) => {
    log('listen error', error.code, error.syscall, error.address);
    done();
  });
  server.listen(options, () => {
    log('listening', server.address().address, server.address().family);
    visit(server.address().port, () => server.close(done));
  });
}

listenAt({ port: 0, ipv6Only: true }, () => {
  listenAt({ port: 0, ipv6Only: false }, () => {
    listenAt({ port: 0, host: '127.0.0.1', ipv6Only: true }, () => log('done'));
  });
});
