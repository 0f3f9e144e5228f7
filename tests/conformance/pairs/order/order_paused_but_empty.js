// A paused socket without any data still sees the FIN once it reads; without reading it stays open.
// why: pause() holds back data; with none to hold back the end is still seen, so idle peers that leave are noticed.
// rows: 8.4 8.3 4.option.pauseOnConnect 5.event.end
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  watch(c, 'server side', 'data', 'end', 'close');
  c.pause();
  log('paused', c.isPaused(), c.readableFlowing);
  c.on('end', () => log('paused still', c.isPaused()));
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  watch(client, 'client', 'connect', 'end', 'close');
  client.resume();
  client.end();
  client.on('close', () => server.close(() => log('server closed')));
});
