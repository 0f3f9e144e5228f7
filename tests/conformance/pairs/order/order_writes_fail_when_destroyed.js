// Queued writes of a connected socket that is destroyed: each callback with the error, none dropped.
// why: Each queued write owns resources that its callback frees; a dropped callback leaks them.
// rows: 8.5 5.write 5.destroy 8.1
const { log, net } = require('../../tracing');

const server = net.createServer((c) => {
  c.pause();
  c.on('error', () => 0);
  server.close();
  setTimeout(() => c.destroy(), 300);
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => {
    log('huge', client.write(Buffer.alloc(32 << 20), (error) => log('huge written', error.code, error.message)));
    log('small', client.write('small', (error) => log('small written', error.code, error.message)));
    client.end('last', (error) => log('end called back', error.code, error.message));
    log('length', client.writableLength, client.writableNeedDrain);
    setImmediate(() => {
      client.destroy(new Error('no more'));
      log('destroyed', client.writableLength, client.writableFinished);
      client.write('after', (error) => log('after written', error.code, error.message));
    });
  });
  for (const name of ['drain', 'finish', 'error']) client.on(name, (...values) => log(name, values));
  client.on('close', (hadError) => log('close', hadError));
});
