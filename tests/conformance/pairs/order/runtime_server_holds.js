// A server that listens, a connection and a timer each hold the program until they are gone.
// why: A program ends when nothing is left to wait for; ending early cuts connections, ending late hangs the shell.
// rows: 4.close 4.ref 4.listening 5.event.close
const { attempt, log, net } = require('../../tracing');

const order = [];
const server = net.createServer((c) => {
  order.push('connection');
  c.on('end', () => order.push('end'));
  c.on('close', () => {
    order.push('close');
    log('order', order, server.listening);
    setTimeout(() => log('the timer was the last'), 20);
  });
  c.resume();
  server.close(() => order.push('server closed'));
  log('closing', server.listening, server.address());
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('connect', () => setTimeout(() => client.end(), 20));
  client.resume();
});
