// listen() that fails: its callback never runs, the error is an event after the call, and listen may be called again.
// why: Code passes its success path as the callback and handles failure in the error event; calling both would run both.
// rows: 8.7 4.event.error 4.listen.overloads
const { attempt, log, net, watch } = require('../../tracing');

const first = net.createServer();
first.listen(0, '127.0.0.1', () => {
  const port = first.address().port;
  const second = net.createServer();
  watch(second, 'second', 'listening', 'close', 'error');
  log('returned', second.listen(port, '127.0.0.1', () => log('never')) === second, second.listening);
  process.nextTick(() => log('tick', second.listening));
  second.once('error', () => {
    log('address', second.address(), second.listening);
    second.listen({ path: 'missing/s.sock' }, () => log('never again'));
    second.once('error', () => {
      first.close();
      second.removeAllListeners('listening');
      second.listen(0, '127.0.0.1', () => {
        log('at last', second.listening, second.listenerCount('listening'));
        attempt('twice', () => second.listen(0));
        second.close();
      });
    });
  });
});
