// typeOfService as an option of Socket and connect: checked by the constructor, set at the connect.
// why: Traffic that is marked by an option must be marked, and a bad mark said at the call.
// rows: 5.option.typeOfService 5.getTypeOfService 6.option.typeOfService
'use strict';
const { attempt, log, net } = require('../../tracing');

for (const value of [0, 16, 255, 256, -1, NaN, 1.5, '16', true, {}, ''])
  attempt('Socket', () => new net.Socket({ typeOfService: value }).getTypeOfService());
const server = net.createServer({ typeOfService: 300 }, (peer) => {
  log('server', peer.getTypeOfService());
  peer.resume();
});
server.listen(0, '127.0.0.1', () => {
  const port = server.address().port;
  attempt('connect', () => net.connect({ port, host: '127.0.0.1', typeOfService: 300 }));
  const cases = [
    () => net.connect({ port, host: '127.0.0.1', typeOfService: 16 }),
    () => new net.Socket({ typeOfService: 32 }).connect(port, '127.0.0.1'),
    // Of the method it is no option.
    () => new net.Socket({ typeOfService: 8 }).connect({ port, host: '127.0.0.1', typeOfService: 32 }),
    () => new net.Socket().connect({ port, host: '127.0.0.1', typeOfService: 300 }),
  ];
  function next() {
    const make = cases.shift();
    if (make === undefined) {
      server.close();
      return;
    }
    const socket = make();
    socket.on('connect', () => {
      log('connected', socket.getTypeOfService());
      socket.setTypeOfService(64);
      log('set', socket.getTypeOfService());
      socket.end();
    });
    socket.resume();
    socket.on('close', next);
  }
  next();
});
