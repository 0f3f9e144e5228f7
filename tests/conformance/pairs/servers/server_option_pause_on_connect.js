// pauseOnConnect: nothing is read until someone resumes; then all of it arrives.
// why: The socket is to be handed on unread: not one byte may leave the kernel before resume().
// rows: 4.option.pauseOnConnect 8.3 5.pause 5.resume
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer({ pauseOnConnect: true }, (socket) => {
  log('paused', socket.isPaused(), socket.readableFlowing, socket.readyState);
  let received = '';
  socket.on('data', (data) => {
    received += data.toString('latin1');
  });
  log('with a listener', socket.isPaused(), socket.readableFlowing);
  socket.on('end', () => {
    log('server end', received, socket.bytesRead);
    socket.end('thanks');
  });
  socket.on('close', (failed) => log('server socket close', failed));
  socket.write('go');
  waiting = socket;
});
let waiting = null;
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  const lines = [];
  client.on('data', (data) => {
    if (data.toString('latin1') !== 'go') {
      lines.push(['client data', data]);
      return;
    }
    client.end('first', () => {
      log('client wrote', waiting.bytesRead, waiting.readableLength, waiting.isPaused());
      setTimeout(() => {
        log('still nothing', waiting.bytesRead, waiting.readableLength, waiting.isPaused());
        log('resume', waiting.resume() === waiting, waiting.isPaused(), waiting.bytesRead);
      }, 20);
    });
  });
  client.on('close', (failed) => {
    lines.push(['client close', failed]);
    server.close(() => setImmediate(() => {
      for (const line of lines) log(...line);
    }));
  });
});
