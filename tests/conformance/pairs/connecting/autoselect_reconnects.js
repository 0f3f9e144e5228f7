// A socket that went through attempts once begins a new list of attempts at the next connect().
// why: The list of attempted addresses is per connect(); keeping the old ones would misreport what the new one tried.
// rows: 6.autoselect 6.reconnect 5.autoSelectFamilyAttemptedAddresses
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end());
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  const answers = [
    ['127.0.0.2', '127.0.0.3'],
    ['127.0.0.4', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.2'],
  ];
  const socket = new net.Socket();
  watch(socket, 'socket', 'connectionAttempt', 'connect', 'end');
  socket.on('error', (error) => log('error', error.code, error.errors.length));
  socket.resume();
  function next() {
    const answer = answers.shift();
    if (answer === undefined) {
      server.close();
      return;
    }
    socket.connect({
      port,
      host: 'many.names',
      lookup: (hostname, options, callback) =>
        process.nextTick(callback, null, answer.map((address) => ({ address, family: 4 }))),
    });
    log('connecting', socket.connecting, socket.autoSelectFamilyAttemptedAddresses);
  }
  socket.on('close', (hadError) => {
    log('close', hadError, socket.autoSelectFamilyAttemptedAddresses);
    next();
  });
  next();
});
