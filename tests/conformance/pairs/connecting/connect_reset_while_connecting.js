// resetAndDestroy() while connecting waits for the connection; on a new socket it is an error event.
// why: There is nothing to reset before the handshake, so the RST is owed until it is done; the peer must see ECONNRESET.
// rows: 5.resetAndDestroy 8.1 8.8
const { attempt, log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  watch(c, 'server side', 'data', 'end');
  c.on('error', (error) => log('server side error', error.code, error.syscall));
  c.on('close', (hadError) => {
    log('server side close', hadError);
    server.close(onUnix);
  });
});
server.listen(0, '127.0.0.1', () => {
  const fresh = new net.Socket();
  watch(fresh, 'fresh', 'error', 'close');
  log('fresh', fresh.resetAndDestroy() === fresh, fresh.destroyed);
  const client = net.connect(server.address().port, '127.0.0.1');
  watch(client, 'client', 'connect', 'ready', 'end', 'error', 'close');
  log('reset', client.resetAndDestroy() === client, client.destroyed, client.connecting);
});

function onUnix() {
  const other = net.createServer((c) => c.resume());
  other.listen('s.sock', () => {
    const client = net.connect('s.sock');
    watch(client, 'unix', 'connect', 'error', 'close');
    attempt('connecting over a path', () => client.resetAndDestroy());
    client.on('connect', () => {
      attempt('connected over a path', () => client.resetAndDestroy());
      client.end();
      other.close();
    });
  });
}
