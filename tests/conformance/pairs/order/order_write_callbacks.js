// The callbacks of many writes come in order, and before the one of end().
// why: Callbacks tell which message went out; out of order, a program acknowledges the wrong one.
// rows: 8.5 8.8 5.write 5.end 5.stream.cork 5.stream.uncork
const { log, net } = require('../../tracing');

const server = net.createServer((c) => {
  let text = '';
  c.setEncoding('utf8');
  c.on('data', (part) => (text += part));
  c.on('end', () => log('received', text));
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => {
    log('a', client.write('a', () => log('a written')), client.writableLength);
    log('b', client.write('b', () => log('b written')), client.writableLength);
    process.nextTick(() => log('tick'));
    client.cork();
    log('c', client.write('c', () => log('c written')), client.writableLength, client.writableCorked);
    log('d', client.write('d', () => log('d written')), client.writableLength);
    client.uncork();
    log('uncorked', client.writableLength, client.writableCorked);
    client.end('e', () => log('end called back'));
    log('end returned', client.writableLength);
  });
  client.on('finish', () => log('finish'));
  client.resume();
  client.on('close', () => server.close());
});
