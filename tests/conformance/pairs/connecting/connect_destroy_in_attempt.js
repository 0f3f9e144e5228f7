// destroy() inside connectionAttempt: nothing is attempted any more.
// why: The handle is gone when the listener returns; going on with it is a use after free, and Node indeed crashes.
// rows: 5.event.connectionAttempt 5.destroy 8.1
// differs: destroy() within connectionAttempt ends the attempt; Node goes on with what it has just let go of, and crashes.
const { log, net, watch } = require('../../tracing');

const server = net.createServer(() => log('never'));
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  watch(client, 'client', 'connectionAttempt', 'connectionAttemptFailed', 'connect', 'error', 'close');
  client.on('connectionAttempt', () => {
    log('destroy', client.destroy() === client);
    log('state', client.connecting, client.destroyed, client.readyState);
  });
  client.on('close', () => server.close(() => log('server closed')));
  log('returned', client.connecting);
});
