// A listen() that fails without a listener for error.
// why: A server that cannot bind and has no error listener must end the program with EADDRINUSE instead of idling.
// rows: 8.9 8.7 4.event.error
const { log, net } = require('../../tracing');

const first = net.createServer();
first.listen(0, '127.0.0.1', () => {
  const second = net.createServer();
  second.on('close', () => log('never'));
  second.listen(first.address().port, '127.0.0.1', () => log('never'));
  log('listen returned', second.listening);
});
