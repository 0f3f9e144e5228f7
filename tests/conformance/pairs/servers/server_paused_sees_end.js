// A paused socket that has nothing to read still sees the FIN; under pauseOnConnect it doesn't.
// why: A plain pause() still notices a peer that leaves; pauseOnConnect reads nothing, so it cannot.
// rows: 8.4 8.3 4.option.pauseOnConnect
'use strict';
const { log, net } = require('../../tracing');

function exchange(options, done) {
  const server = net.createServer(options, (socket) => {
    socket.pause();
    socket.on('data', () => log('never'));
    socket.on('end', () => log('server end', socket.isPaused()));
    socket.on('close', (failed) => log('server socket close', failed));
    if (!options.pauseOnConnect) return;
    setTimeout(() => {
      log('after a while', socket.readableEnded, socket.destroyed, socket.isPaused());
      socket.resume();
    }, 40);
  });
  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1', () => client.end());
    client.on('close', () => server.close(() => setImmediate(done)));
  });
}

exchange({}, () => exchange({ pauseOnConnect: true }, () => log('done')));
