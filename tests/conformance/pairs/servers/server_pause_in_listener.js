// pause() inside the connection listener sticks until resume().
// why: A server that has to authenticate first pauses in the listener and counts on no data before it resumes.
// rows: 8.3 4.event.connection 5.pause
'use strict';
const { log, net } = require('../../tracing');

const server = net.createServer((socket) => {
  log('pause', socket.pause() === socket, socket.isPaused());
  socket.on('data', (data) => log('server data', data));
  socket.on('end', () => log('server end', socket.bytesRead));
  socket.on('close', (failed) => log('server socket close', failed));
  socket.write('go');
  waiting = socket;
});
let waiting = null;
server.listen(0, '::1', () => {
  const client = net.connect({ port: server.address().port, host: '::1' });
  client.on('data', () => {
    client.end('words', () => setTimeout(() => {
      log('paused still', waiting.isPaused(), waiting.destroyed);
      waiting.resume();
    }, 20));
  });
  client.on('close', () => server.close());
});
