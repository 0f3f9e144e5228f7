// once() of the events module on a socket: the arguments as a list, or the error raised.
// why: await once(socket, 'connect') is the usual way in async code; a refused connection must raise there.
// rows: 5.event.connect 5.event.data 5.event.error
'use strict';
const { log, net } = require('../../tracing');
const { once } = require('node:events');

function main() {
  const server = net.createServer((peer) => peer.end('hello'));
  async function start() {
    const socket = net.connect('s.sock');
    log('connect', await once(socket, 'connect'), socket.readyState);
    const [data] = await once(socket, 'data');
    log('data', data);
    log('close', await once(socket, 'close'));
    server.close();
    const lost = net.connect('nobody.sock');
    try {
      await once(lost, 'connect');
    } catch (error) {
      log('raised', error, lost.destroyed);
    }
  }
  server.listen('s.sock', start);
}

main();
