// end() while connecting: the data goes out first, then the FIN; the callback comes with finish.
// why: One-shot clients write everything with end() at once; losing the data or sending the FIN first would truncate the request.
// rows: 5.end 5.stream.finish 8.5 8.8
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => {
  watch(c, 'server side', 'data', 'end', 'close');
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  watch(client, 'client', 'connect', 'ready', 'finish', 'end', 'close');
  log('same', client.end('all of it', () => log('end called back', client.writableFinished)) === client);
  log('state', client.writable, client.writableEnded, client.writableFinished, client.readyState);
  client.write('too late', (error) => log('late written', error));
  client.on('error', (error) => log('client error', error, client.destroyed));
  client.resume();
  client.on('close', () => server.close());
});
