// noDelay: short writes in turn arrive one by one; the option and the method agree.
// why: Request and answer of a few bytes stall 40 ms each way if Nagle meets delayed ACK.
// rows: 4.option.noDelay 5.setNoDelay
'use strict';
const { log, net } = require('../../tracing');

function exchange(options, done) {
  const server = net.createServer(options, (socket) => {
    log('chained', socket.setNoDelay() === socket, socket.setNoDelay(false) === socket, socket.setNoDelay(true) === socket);
    socket.on('data', (data) => log('server data', data, socket.write(data)));
    socket.on('end', () => log('server end'));
  });
  server.listen({ port: 0, host: '127.0.0.1' }, () => {
    const letters = ['a', 'b', 'c'];
    const client = net.connect({ port: server.address().port, host: '127.0.0.1', noDelay: true });
    client.on('connect', () => client.write(letters.shift()));
    client.on('data', (data) => {
      log('client data', data);
      if (letters.length > 0) client.write(letters.shift());
      else client.end();
    });
    client.on('close', (failed) => {
      log('client close', failed, client.bytesRead, client.bytesWritten);
      server.close(done);
    });
  });
}

exchange({ noDelay: true }, () => exchange({ noDelay: false }, () => exchange({ noDelay: 1 }, () => log('done'))));
