// The system's own lookup: localhost by family, and a name that cannot be.
// why: A name that does not exist is ENOTFOUND with syscall getaddrinfo and hostname set: retry code reads these fields.
// rows: 6.option.host 6.option.family 5.event.lookup 6.tcp
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const client = net.connect({ port, host: 'localhost', family: 4 });
  watch(client, 'client', 'lookup', 'connectionAttempt', 'connect', 'ready', 'close');
  client.resume();
  log('returned', client.connecting);
  client.on('close', () => {
    server.close();
    const lost = net.connect({ port, host: 'no such host.invalid', family: 4 });
    watch(lost, 'lost', 'connectionAttempt', 'connect', 'close');
    lost.on('lookup', (error, address, family, host) => log('lost lookup', error.code, address, family, host));
    lost.on('error', (error) => log('lost error', error.code, error.message, error.syscall, error.hostname));
  });
});
