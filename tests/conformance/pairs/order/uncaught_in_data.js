// An exception in a data listener is no error event of the socket; it ends the program.
// why: A bug in the program is not a failure of the connection; as an error event it would be handled as a network error.
// rows: 8.9 5.event.data 5.event.error
const { log, net } = require('../../tracing');

const server = net.createServer((c) => c.end('data'));
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('error', () => log('never'));
  client.on('data', (data) => {
    log('first listener', data);
    setImmediate(() => log('never'));
    throw new TypeError('cannot digest this');
  });
  client.on('data', () => log('never'));
  client.on('close', () => log('never'));
});
