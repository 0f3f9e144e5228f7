// destroy() while attempts are going on: in the timeout event, in a failure, and from a timer. Nothing goes on.
// why: A socket destroyed between two attempts must not dial the next address behind the program's back.
// rows: 6.autoselect 5.destroy 5.event.connectionAttemptTimeout 8.1 8.5
const { listenSilently } = require('../../silent_listener');
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  listenSilently('127.0.0.3', port, (done) => {
    const cases = [
      ['timeout', ['127.0.0.3', '127.0.0.1'], 'connectionAttemptTimeout'],
      ['failed', ['127.0.0.2', '127.0.0.1'], 'connectionAttemptFailed'],
      ['timer', ['127.0.0.3', '127.0.0.1'], undefined],
    ];
    function next() {
      const one = cases.shift();
      if (one === undefined) {
        server.close();
        done();
        return;
      }
      const [label, addresses, event] = one;
      log('case', label);
      const client = net.connect({
        port,
        host: 'many.names',
        autoSelectFamilyAttemptTimeout: event === undefined ? 200 : 120,
        lookup: (hostname, options, callback) =>
          process.nextTick(callback, null, addresses.map((address) => ({ address, family: 4 }))),
      });
      const events = ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout'];
      watch(client, 'client', ...events, 'connect', 'error', 'close');
      client.write('lost', (error) => log('written', error.code));
      function destroy() {
        client.destroy();
        log('destroyed', client.connecting, client.destroyed, client.autoSelectFamilyAttemptedAddresses);
      }
      if (event === undefined) setTimeout(destroy, 20);
      else client.on(event, destroy);
      client.on('close', () => setTimeout(next, 250));
    }
    next();
  });
});
