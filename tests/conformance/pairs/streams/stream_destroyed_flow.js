// pause, resume and data listeners change nothing on a destroyed stream; a tick of resume that was due still comes.
// why: Clean-up code pauses and resumes what is gone; an event then would reach listeners that count on none.
// rows: 5.pause 5.resume 5.stream.readableFlowing 5.stream.isPaused 5.destroy 8.1
'use strict';
const { log, net, watch } = require('../../tracing');

const server = net.createServer((peer) => peer.resume());
server.listen(0, '127.0.0.1', () => {
  const cases = {
    'before the first flow': (socket) => {
      socket.destroy();
      log('paused', socket.pause().readableFlowing, socket.isPaused());
      log('resumed', socket.resume().readableFlowing, socket.isPaused());
      log('listening', socket.on('data', (data) => log('data', data)).readableFlowing);
      log('both', socket.on('readable', () => log('readable')).readableFlowing);
    },
    flowing: (socket) => {
      socket.resume();
      socket.destroy();
      log('paused', socket.pause().readableFlowing, socket.isPaused());
    },
    paused: (socket) => {
      socket.pause();
      socket.destroy();
      log('resumed', socket.resume().readableFlowing, socket.isPaused());
    },
    'with a readable listener': (socket) => {
      socket.on('readable', () => log('readable'));
      socket.destroy();
      log('resumed', socket.resume().readableFlowing, socket.isPaused());
      log('listening', socket.on('data', (data) => log('data', data)).readableFlowing);
      socket.removeAllListeners('readable');
      setImmediate(() => log('without', socket.readableFlowing, socket.isPaused()));
    },
  };
  const names = Object.keys(cases);
  function next() {
    const name = names.shift();
    if (name === undefined) {
      server.close();
      return;
    }
    log('case', name);
    const socket = net.connect(server.address().port, '127.0.0.1');
    watch(socket, 'socket', 'pause', 'resume', 'end', 'error', 'close');
    socket.on('connect', () => cases[name](socket));
    socket.on('close', () => setTimeout(() => {
      log('later', socket.resume().readableFlowing, socket.pause().readableFlowing);
      setTimeout(next, 10);
    }, 10));
  }
  next();
});
