// A proxy of two pipes: data, ends and closes pass through.
// why: A proxy is two pipes: an end must pass through as a half-close, or requests and answers hang.
// rows: 5.stream.pipe 5.event.end
'use strict';
const { log, net, watch } = require('../../tracing');

function main() {
  const steps = [];
  function onRequest(peer) {
    upstream.close();
    let asked = '';
    peer.on('data', (data) => { asked += data.toString(); });
    peer.on('end', () => peer.end('answer to ' + asked));
  }
  const upstream = net.createServer({ allowHalfOpen: true }, onRequest);
  function onConnection(front) {
    proxy.close();
    const options = { path: 'up.sock', allowHalfOpen: true };
    const back = net.connect(options);
    log('pipes', front.pipe(back) === back, back.pipe(front) === front);
    back.on('end', () => steps.push('back end'));
    back.on('finish', () => steps.push('back finish'));
    front.on('end', () => steps.push('front end'));
    front.on('finish', () => steps.push('front finish'));
  }
  const proxy = net.createServer({ allowHalfOpen: true }, onConnection);
  function start() {
    const socket = net.connect('front.sock');
    let answer = '';
    socket.on('data', (data) => { answer += data.toString(); });
    socket.on('end', () => log('end', answer, steps));
    watch(socket, 'socket', 'close');
    socket.end('question');
  }
  upstream.listen('up.sock', () => proxy.listen('front.sock', start));
}

main();
