// No callback runs inside the call that caused it: listen, connect, write, end, destroy, close return first.
// why: Callers finish setting up after the call; a callback inside it would run on a half-initialised object.
// rows: 8.8 8.7 4.listen.overloads 5.write 5.end 5.destroy 4.close
const { log, net } = require('../../tracing');

const server = net.createServer((c) => {
  c.write('one', () => log('server written'));
  log('server write returned');
  c.end('two', () => log('server end called back'));
  log('server end returned');
  c.on('close', () => log('server side close'));
});
server.on('listening', () => log('listening event'));
server.listen(0, '127.0.0.1', () => {
  log('listen callback');
  const client = net.connect(server.address().port, '127.0.0.1', () => {
    log('connect callback');
    client.write('x', () => log('client written'));
    log('client write returned');
  });
  log('connect returned');
  client.setEncoding('utf8');
  let text = '';
  client.on('data', (part) => (text += part));
  client.on('end', () => {
    log('client end', text);
    client.destroy();
    log('destroy returned');
    server.close(() => log('close callback'));
    log('close returned');
  });
  client.on('close', () => log('client close'));
});
log('listen returned');
