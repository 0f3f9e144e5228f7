// Timers, and the idle timeout of a socket, that are set or pushed back after a callback that took long; and an interval, which is not put off by its own.
// why: Time is counted from the call, not from the beginning of a turn: else a busy handler's own timeouts are over at once.
// rows: 8.8 5.event.timeout
'use strict';
const { log, net } = require('../../tracing');

function takeLong() {
  const end = Date.now() + 120;
  while (Date.now() < end);
}

function repeat() {
  let times = 0;
  const interval = setInterval(() => {
    log('interval', ++times);
    if (times === 3) {
      clearInterval(interval);
      return;
    }
    takeLong();
    interval.refresh();
    setTimeout(() => log('set behind the interval'), 20);
  }, 30);
}

const server = net.createServer((socket) => {
  server.close();
  socket.on('timeout', () => log('idle'));
  socket.on('close', () => { log('closed'); repeat(); });
  socket.on('data', () => {
    socket.setTimeout(80);
    setTimeout(() => log('set before'), 60);
    takeLong();
    setTimeout(() => { log('set behind'); socket.destroy(); }, 40);
    socket.write('an activity');
  });
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => client.write('a request'));
  client.resume();
});
