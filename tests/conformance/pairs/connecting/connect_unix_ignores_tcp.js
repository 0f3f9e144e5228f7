// With a path the options of TCP are not looked at, not even bad ones; the server answers over the socket.
// why: Configuration merges defaults for TCP with a path; checking those values would make a correct path fail.
// rows: 6.ipc 6.option.path 5.event.lookup
const { attempt, log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  c.setEncoding('utf8');
  c.on('data', (text) => c.end(text.toUpperCase()));
});
server.listen('s.sock', () => {
  log('address', server.address());
  const client = net.connect({
    path: 's.sock',
    port: 70000,
    host: 5,
    localAddress: 'nonsense',
    localPort: 'x',
    lookup: () => log('never'),
    family: 9,
  });
  watch(client, 'client', 'lookup', 'connectionAttempt', 'connect', 'ready', 'data', 'end', 'close');
  attempt('setNoDelay', () => client.setNoDelay() === client);
  attempt('setKeepAlive', () => client.setKeepAlive(true, 1000) === client);
  client.write('hello');
  client.on('connect', () => {
    attempt('setNoDelay', () => client.setNoDelay(false) === client);
    attempt('setKeepAlive', () => client.setKeepAlive(true) === client);
  });
  client.on('close', () => server.close(() => log('server closed')));
});
