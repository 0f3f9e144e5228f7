// EADDRINUSE with a port alone, where the bind happens inside listen(): the error still waits.
// why: Even when the bind fails inside listen() the error waits for a tick, so a listener added after the call sees it.
// rows: 4.event.error 8.7 8.8 4.close
'use strict';
const { log, net } = require('../../tracing');

const first = net.createServer();
first.listen(0, () => {
  const second = net.createServer();
  second.on('listening', () => log('second listening'));
  second.on('close', () => log('second close'));
  second.on('error', (error) => {
    log('second error', error.code, error.syscall, error.address, error.port === first.address().port, error.errno);
    log('message', error.message);
    second.close((problem) => log('second close callback', problem));
    first.close(() => log('first close'));
  });
  second.listen(first.address().port, () => log('callback'));
  log('returned', second.listening, second.address());
  process.nextTick(() => log('tick'));
});
