// timeout after the connection: silence, then end() by hand, as the manual says.
// why: The timeout event closes nothing; a program has to end the socket itself, as the manual's example does.
// rows: 6.option.timeout 5.event.timeout 5.setTimeout 5.end
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  watch(c, 'server side', 'data', 'end', 'close');
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', timeout: 250 });
  watch(client, 'client', 'connect', 'timeout', 'end', 'close');
  client.on('timeout', () => {
    log('state', client.readyState, client.timeout);
    client.end('late');
    client.setTimeout(0);
  });
  client.resume();
  client.on('close', () => server.close(() => log('server closed')));
});
