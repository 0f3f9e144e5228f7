// pause(), setEncoding(), setTimeout(), setNoDelay(), ref() and unref() while connecting: kept for the connection.
// why: Programs configure the socket right after connect(); what is set then must hold once connected.
// rows: 5.pause 5.resume 5.setEncoding 5.setTimeout 5.ref 5.unref 5.setNoDelay
const { log, net, watch } = require('../../tracing');

const server = net.createServer((c) => c.end('grüße'));
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  log('pause', client.pause() === client, client.isPaused(), client.readableFlowing);
  log('setEncoding', client.setEncoding('utf8') === client, client.readableEncoding);
  log('setTimeout', client.setTimeout(5000) === client, client.timeout);
  log('setNoDelay', client.setNoDelay(true) === client);
  log('setKeepAlive', client.setKeepAlive(true, 1000) === client);
  log('unref', client.unref() === client, client.ref() === client);
  watch(client, 'client', 'connect', 'ready', 'data', 'end', 'close');
  client.on('ready', () => {
    log('in ready', client.isPaused(), client.readableFlowing, client.timeout);
    setImmediate(() => {
      log('resume', client.resume() === client, client.isPaused(), client.readableFlowing);
    });
  });
  client.on('close', () => {
    log('timeout', client.timeout);
    server.close();
  });
});
