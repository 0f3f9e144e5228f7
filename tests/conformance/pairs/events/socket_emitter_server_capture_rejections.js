// An async connection listener that fails ends the program: captureRejections is no option of a server.
// why: createServer does not pass captureRejections on, so an async listener that fails ends the program as anywhere else.
// rows: 4.event.connection 5.event.error
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  async function onConnection(peer) {
    watch(peer, 'peer', 'error', 'close');
    throw new Error('from the listener');
  }
  const server = net.createServer({ captureRejections: true });
  server.on('connection', onConnection);
  server.on('error', (error) => log('server error', error));
  function start() {
    log('start', server.listening);
    const socket = net.connect('s.sock');
    socket.resume();
    socket.on('error', (error) => log('never'));
    function onClose(hadError) {
      log('close', hadError);
      server.close();
    }
    socket.on('close', onClose);
  }
  server.listen('s.sock', start);
}

main();
